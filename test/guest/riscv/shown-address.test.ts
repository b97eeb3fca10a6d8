import { expect, test } from "vitest";
import { shownAddress } from "../../../src/guest/riscv/shown-address.ts";

test("shown address: hexadecimal with eight digits or more", () => {
  expect(shownAddress(0)).toBe("0x00000000");
  expect(shownAddress(0x8000_0000)).toBe("0x80000000");
  expect(shownAddress(0x1_0000_0000)).toBe("0x100000000");
});

test("shown address: what is no address is shown as it is", () => {
  expect(shownAddress(-4)).toBe("-4");
  expect(shownAddress(1.5)).toBe("1.5");
  expect(shownAddress(Number.NaN)).toBe("NaN");
});
