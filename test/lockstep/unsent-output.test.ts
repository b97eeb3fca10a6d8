import { expect, test } from "vitest";
import { UnsentOutput } from "../../src/lockstep/unsent-output.ts";

test("unsent output: what came after the last position that left, in order, once", () => {
  const unsent = new UnsentOutput();
  const packet = (value: number) => Uint8Array.of(value);
  unsent.add(3, [packet(1)]);
  unsent.add(4, [packet(2), packet(3)]);
  unsent.add(5, []);
  unsent.add(7, [packet(4)]);
  unsent.released(2);
  expect(unsent.count).toBe(4);
  unsent.released(3);
  unsent.released(1);
  expect(unsent.take()).toEqual([packet(2), packet(3), packet(4)]);
  expect(unsent.take()).toEqual([]);
});
