import { expect, test } from "vitest";
import { applyCostNs } from "../../../src/checkpoint/apply/apply-cost.ts";
import {
  IDENTICAL,
  type PageForm,
  RUNS,
  WHOLE,
  WORDS,
  ZERO,
} from "../../../src/checkpoint/encode/page-form.ts";
import { COSTS } from "../primary-rig.ts";

test("apply cost: pages that come are copied, differences patched, equal pages left alone", () => {
  let isWritten = false;
  const costNs = (...forms: readonly PageForm[]): number =>
    applyCostNs(
      forms.map((form) => ({ page: 1, form, payload: new Uint8Array(0) })),
      COSTS,
      () => isWritten,
    );
  const { applyPageNs, patchPageNs } = COSTS;
  expect(costNs()).toBe(0);
  expect([costNs(ZERO), costNs(WHOLE)]).toEqual([applyPageNs, applyPageNs]);
  expect([costNs(WORDS), costNs(RUNS), costNs(IDENTICAL)]).toEqual([patchPageNs, patchPageNs, 0]);
  expect(costNs(WHOLE, WORDS, ZERO, RUNS)).toBe(2 * (applyPageNs + patchPageNs));
  // what is equal is not written to a disk either
  isWritten = true;
  expect(costNs(WHOLE, WORDS)).toBe(applyPageNs + patchPageNs + 2 * COSTS.diskWritePageNs);
  expect(costNs(IDENTICAL)).toBe(0);
});
