import { expect, test } from "vitest";
import { ReservedPages } from "../../../src/checkpoint/apply/reserved-pages.ts";
import { InvariantError } from "../../../src/sim/errors.ts";

test("reserved pages: each has its own place, and the same one again", () => {
  const reserved = new ReservedPages();
  for (let slot = 0; slot < 200; slot += 1) reserved.bytesOf(slot).fill(slot);
  for (let slot = 0; slot < 200; slot += 1) {
    expect(reserved.bytesOf(slot).length).toBe(4096);
    expect(reserved.bytesOf(slot).every((byte) => byte === slot)).toBe(true);
    expect(reserved.extentOf(slot).bytes[reserved.offsetOf(slot)]).toBe(slot);
  }
});

test("reserved pages: memory grows with what is needed and is used again", () => {
  const reserved = new ReservedPages();
  expect(reserved.residentBytes).toBe(0);
  for (let slot = 0; slot < 65; slot += 1) reserved.extentOf(slot);
  expect(reserved.residentBytes).toBe(2 * 64 * 4096);
  for (let slot = 0; slot < 65; slot += 1) reserved.extentOf(slot);
  expect(reserved.residentBytes).toBe(2 * 64 * 4096);
  expect(() => reserved.extentOf(1_000)).toThrow(InvariantError);
});
