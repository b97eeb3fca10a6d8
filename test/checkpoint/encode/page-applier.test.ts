import { expect, test } from "vitest";
import { DifferenceCounter } from "../../../src/checkpoint/encode/difference-counter.ts";
import type { EncodedPage } from "../../../src/checkpoint/encode/encoded-page.ts";
import { PageApplier } from "../../../src/checkpoint/encode/page-applier.ts";
import { IDENTICAL, RUNS, WHOLE, WORDS, ZERO } from "../../../src/checkpoint/encode/page-form.ts";
import { Memory } from "../../../src/memory/memory.ts";
import { PageSet } from "../../../src/memory/page-set.ts";
import { SparseBacking } from "../../../src/memory/sparse-backing.ts";
import { PAGE } from "./page-samples.ts";

function memory(): Memory {
  const made = new Memory();
  const backing = new SparseBacking(8);
  made.addRegion({ name: "ram", basePage: 16, backing, stores: "seen" });
  made.hostWrite(18, new Uint8Array(PAGE).fill(9));
  return made;
}

const encoded = (form: EncodedPage["form"], ...payload: readonly number[]): EncodedPage => ({
  page: 18,
  form,
  payload: new Uint8Array(payload),
});

test("page applier: each form does to memory what it says", () => {
  const target = memory();
  const applier = new PageApplier();
  const firstBytes = (): number[] => [...target.page(18).subarray(0, 9)];
  applier.apply(encoded(IDENTICAL), target);
  expect(firstBytes()).toEqual([9, 9, 9, 9, 9, 9, 9, 9, 9]);
  applier.apply(encoded(RUNS, 1, 2, 5, 6), target);
  expect(firstBytes()).toEqual([9, 5, 6, 9, 9, 9, 9, 9, 9]);
  applier.apply(encoded(WORDS, 4, 1, 0, 1, 2, 3, 4), target);
  expect(firstBytes()).toEqual([9, 5, 6, 9, 1, 2, 3, 4, 9]);
  expect(applier.patchedPages).toBe(2);
  applier.apply(encoded(WHOLE, ...Array<number>(PAGE).fill(7)), target);
  expect(firstBytes()).toEqual([7, 7, 7, 7, 7, 7, 7, 7, 7]);
  applier.apply(encoded(ZERO), target);
  expect(target.page(18).every((byte) => byte === 0)).toBe(true);
  expect(applier.patchedPages).toBe(2);
});

test("page applier: an untouched page stays free of cost when nothing but zeros comes", () => {
  const target = memory();
  const applier = new PageApplier();
  applier.apply({ ...encoded(ZERO), page: 20 }, target);
  applier.apply({ ...encoded(IDENTICAL), page: 21 }, target);
  const touched = new PageSet();
  target.collectTouched(touched);
  expect([...touched]).toEqual([18]);
  applier.apply({ ...encoded(RUNS, 0, 1, 3), page: 20 }, target);
  expect(target.page(20)[0]).toBe(3);
});

test("page applier: the counter sees each page as it was and as it will be", () => {
  const counter = new DifferenceCounter({
    wordBytes: 8,
    thresholdWords: 2,
    thresholdIntervals: 0,
    maxPages: 8,
  });
  const target = memory();
  const applier = new PageApplier({ counter });
  const listedAfter = (...pages: readonly EncodedPage[]): number => {
    for (const page of pages) applier.apply(page, target);
    return counter.listedCount;
  };
  applier.beginEpoch(1);
  expect(listedAfter(encoded(ZERO))).toBe(0);
  applier.beginEpoch(2);
  expect(listedAfter(encoded(RUNS, 1, 2, 5, 6))).toBe(1);
  applier.beginEpoch(3);
  expect(listedAfter(encoded(WHOLE, ...Array<number>(PAGE).fill(7)))).toBe(0);
  applier.beginEpoch(4);
  new PageApplier().beginEpoch(1);
  expect(listedAfter(encoded(IDENTICAL))).toBe(1);
  expect(counter.comparedPages).toBe(4);
});

test("page applier: a page that is made and not applied leaves memory and its base as they are", () => {
  const target = memory();
  const [base, made] = [target.page(18).slice(), new Uint8Array(PAGE)];
  const counts: [number, number, number][] = [];
  const counter = new DifferenceCounter({
    ...{ wordBytes: 8, thresholdWords: 64, thresholdIntervals: 1, maxPages: 8 },
  });
  counter.note = (page, before, after) => counts.push([page, before[1]!, after[1]!]);
  const applier = new PageApplier({ counter });
  applier.decode(encoded(RUNS, 1, 2, 5, 6), base, made);
  expect([made[0], made[1], made[2], base[1], target.page(18)[1]]).toEqual([9, 5, 6, 9, 9]);
  applier.decode(encoded(WHOLE, ...Array<number>(PAGE).fill(7)), base, made);
  expect([made[0], made[1], made[4095]]).toEqual([7, 7, 7]);
  applier.decode(encoded(ZERO), base, made);
  expect(made[0]).toBe(0);
  expect(counts).toEqual([
    [18, 9, 5],
    [18, 9, 7],
    [18, 9, 0],
  ]);
  expect(applier.patchedPages).toBe(1);
});

test("page applier: made with a defect, a difference changes nothing", () => {
  const target = memory();
  const made = new Uint8Array(PAGE);
  const applier = new PageApplier({ broken: { xorTwice: true } });
  applier.decode(encoded(RUNS, 1, 2, 5, 6), target.page(18), made);
  expect(made[1]).toBe(9);
});
