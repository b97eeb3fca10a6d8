import { expect, test } from "vitest";
import { trapName } from "../../../src/guest/riscv/trap-name.ts";

test("trap name: exceptions and interrupts, known and unknown", () => {
  expect(trapName(2)).toBe("illegal instruction");
  expect(trapName(7)).toBe("store access fault");
  expect(trapName(24)).toBe("exception 24");
  expect(trapName(0x8000_0007)).toBe("interrupt 7");
});
