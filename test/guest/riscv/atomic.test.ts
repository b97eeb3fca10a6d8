import { expect, test } from "vitest";
import { atomicResult } from "../../../src/guest/riscv/atomic.ts";
import { OPERATION } from "../../../src/guest/riscv/operation.ts";

const MIN = -(2 ** 31);
const MAX = 2 ** 31 - 1;

test.each([
  ["amoswap.w", 5, 7, 7],
  ["amoadd.w", MAX, 1, MIN],
  ["amoadd.w", -1, 1, 0],
  ["amoxor.w", 0b1100, 0b1010, 0b0110],
  ["amoand.w", 0b1100, 0b1010, 0b1000],
  ["amoor.w", 0b1100, 0b1010, 0b1110],
  ["amomin.w", -1, 1, -1],
  ["amomin.w", 1, -1, -1],
  ["amomin.w", MIN, MAX, MIN],
  ["amomax.w", -1, 1, 1],
  ["amomax.w", 1, -1, 1],
  ["amomax.w", MIN, MAX, MAX],
  ["amominu.w", -1, 1, 1],
  ["amominu.w", 1, -1, 1],
  ["amominu.w", MIN, MAX, MAX],
  ["amomaxu.w", -1, 1, -1],
  ["amomaxu.w", 1, -1, -1],
  ["amomaxu.w", MIN, MAX, MIN],
] as const)("atomic: %s of %d and %d stores %d", (mnemonic, old, operand, expected) => {
  expect(atomicResult(OPERATION[mnemonic], old, operand)).toBe(expected);
});
