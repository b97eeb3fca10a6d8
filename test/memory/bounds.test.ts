import { expect, test } from "vitest";
import {
  expectAddress,
  expectGrowth,
  expectLength,
  expectPage,
  expectPageBytes,
  expectPageCount,
} from "../../src/memory/bounds.ts";
import { ADDRESS_PAGES_MAX, PAGE_SIZE } from "../../src/memory/page.ts";
import { StandinRangeError } from "../../src/sim/errors.ts";

const NO_INTEGERS = [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER + 1];

function refusal(check: () => void): StandinRangeError {
  try {
    check();
  } catch (error) {
    if (error instanceof StandinRangeError) return error;
  }
  throw new Error("expected a StandinRangeError");
}

test("bounds: what is in range passes, to the last value", () => {
  expectAddress(0);
  expectAddress(ADDRESS_PAGES_MAX * PAGE_SIZE - 1);
  expectLength(0);
  expectPage(7, 8);
  expectPageCount(0, 8);
  expectPageCount(8, 8);
  expectGrowth(4, 4, 8);
  expectGrowth(4, 8, 8);
  expectPageBytes(new Uint8Array(PAGE_SIZE));
});

test.each(NO_INTEGERS)("bounds: %d is refused wherever a count or a place is expected", (bad) => {
  expect(refusal(() => expectAddress(bad)).code).toBe("ADDRESS_OUT_OF_RANGE");
  expect(refusal(() => expectLength(bad)).code).toBe("LENGTH_OUT_OF_RANGE");
  expect(refusal(() => expectPage(bad, 8)).code).toBe("PAGE_OUT_OF_RANGE");
  expect(refusal(() => expectPageCount(bad, 8)).code).toBe("PAGE_COUNT_OUT_OF_RANGE");
  expect(refusal(() => expectGrowth(0, bad, 8)).code).toBe("GROWTH_OUT_OF_RANGE");
});

test("bounds: the message has what was expected and what was given", () => {
  const { message } = refusal(() => expectAddress(ADDRESS_PAGES_MAX * PAGE_SIZE));
  expect(message).toBe("expected an address from 0 to 0xfffffffff, got 0x1000000000");
  expect(refusal(() => expectLength(-3)).message).toMatch(/at least 0, got -3$/);
  expect(refusal(() => expectPage(8, 8)).message).toMatch(/from 0 to 7, got 8$/);
  expect(refusal(() => expectPageCount(9, 8)).message).toMatch(/from 0 to 8, got 9$/);
  expect(refusal(() => expectGrowth(4, 3, 8)).message).toMatch(/from 4 pages .* 8 pages, got 3$/);
  expect(refusal(() => expectGrowth(4, 9, 8)).message).toMatch(/got 9$/);
  const short = refusal(() => expectPageBytes(new Uint8Array(12)));
  expect([short.code, short.message]).toEqual([
    "PAGE_LENGTH",
    "expected a page of 4096 bytes, got 12 bytes",
  ]);
});
