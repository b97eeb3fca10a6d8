import { expect, test } from "vitest";
import {
  REGISTER,
  WINDOW_BYTES,
} from "../../../../../src/guest/riscv/devices/virtio/register-map.ts";

test("register map: registers are words, apart from each other, within the window", () => {
  const offsets = Object.values(REGISTER);
  expect(offsets.filter((offset) => offset % 4 !== 0 || offset >= WINDOW_BYTES)).toEqual([]);
  expect(new Set(offsets).size).toBe(offsets.length);
  expect(Math.max(...offsets)).toBe(REGISTER.config);
});
