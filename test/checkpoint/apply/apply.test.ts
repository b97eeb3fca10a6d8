// covers src/checkpoint/apply/apply.ts, src/checkpoint/apply/applying.ts
import { expect, test } from "vitest";
import { applying } from "../../../src/checkpoint/apply/applying.ts";

test.each([
  [applying.afterArrival(), "after arrival", "after-arrival", "stored"],
  [
    applying.afterArrival({ acknowledge: "applied" }),
    "after arrival, answered when applied",
    "after-arrival",
    "applied",
  ],
  [applying.swapping(), "by swapping", "swapping", "stored"],
  [
    applying.swapping({ acknowledge: "applied" }),
    "by swapping, answered when applied",
    "swapping",
    "applied",
  ],
])("apply: %o is called %s", (apply, name, mode, acknowledge) => {
  expect([apply.name, apply.mode, apply.acknowledge]).toEqual([name, mode, acknowledge]);
});

test("apply: nothing is broken unless it is asked for", () => {
  expect([applying.afterArrival().broken, applying.swapping().broken]).toEqual([{}, {}]);
  const broken = { noUndo: true };
  expect(applying.swapping({ broken }).broken).toBe(broken);
  expect(applying.afterArrival({ broken }).broken).toBe(broken);
});
