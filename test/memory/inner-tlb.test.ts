import { expect, test } from "vitest";
import { INNER_FETCH, INNER_LOAD, INNER_STORE } from "../../src/memory/composed-entry.ts";
import { INNER_TLB_SLOTS } from "../../src/memory/inner-tlb.ts";
import { BASE_PAGE, InnerMachine, SPACE } from "./inner-subject.ts";

/** A machine with inner pages that may be loaded from and stored to. */
function machine(...pages: number[]): InnerMachine {
  const made = new InnerMachine();
  made.tlb.select(SPACE);
  for (const page of pages) made.find(page);
  return made;
}

test("inner tlb: an access that was made before needs no walk, one of another kind does", () => {
  const { memory, tlb } = machine();
  const options = { space: SPACE, innerPage: 1, page: BASE_PAGE + 4, permissions: 3 };
  memory.composed.add({ ...options, sources: [BASE_PAGE * 4096] });
  const walksFor = (access: 1 | 2 | 4): [number, number] => {
    const { walks } = memory.tlb;
    return [tlb.find(1, access), memory.tlb.walks - walks];
  };
  expect(walksFor(INNER_LOAD)).toEqual([BASE_PAGE + 4, 1]);
  expect(walksFor(INNER_LOAD)).toEqual([BASE_PAGE + 4, 0]);
  expect(walksFor(INNER_STORE)).toEqual([BASE_PAGE + 4, 1]);
  expect(walksFor(INNER_STORE)).toEqual([BASE_PAGE + 4, 0]);
  expect(walksFor(INNER_LOAD)).toEqual([BASE_PAGE + 4, 0]);
  expect(walksFor(INNER_FETCH)).toEqual([-1, 0]);
});

test("inner tlb: pages that share a slot take it from each other", () => {
  const { tlb, memory } = machine(1);
  const inner = 1 + INNER_TLB_SLOTS;
  const options = { space: SPACE, innerPage: inner, page: BASE_PAGE + 9, permissions: INNER_LOAD };
  memory.composed.add({ ...options, sources: [BASE_PAGE * 4096] });
  expect(tlb.find(inner, INNER_LOAD)).toBe(BASE_PAGE + 9);
  expect(tlb.find(inner, INNER_STORE)).toBe(-1);
  const { walks } = memory.tlb;
  expect(tlb.find(1, INNER_STORE)).toBe(BASE_PAGE + 1);
  expect(memory.tlb.walks).toBe(walks + 1);
});

test("inner tlb: of another inner machine nothing is found that this one has", () => {
  const { tlb, memory } = machine(1);
  const { walks } = memory.tlb;
  tlb.select(SPACE);
  expect(tlb.find(1, INNER_STORE)).toBe(BASE_PAGE + 1);
  expect(memory.tlb.walks).toBe(walks);
  tlb.select(SPACE + 1);
  expect(tlb.find(1, INNER_STORE)).toBe(-1);
  tlb.select(SPACE);
  expect(tlb.find(1, INNER_STORE)).toBe(BASE_PAGE + 1);
  expect(memory.tlb.walks).toBe(walks + 1);
});

test("inner tlb: what is dropped and what is invalidated is walked to again", () => {
  const { tlb, memory } = machine(1, 2, 3);
  const writable = (): number[] => {
    const pages: number[] = [];
    tlb.forEachWritable((page) => pages.push(page - BASE_PAGE));
    return pages;
  };
  expect(writable()).toEqual([1, 2, 3]);
  memory.tlb.dropInner(BASE_PAGE + 2);
  expect(writable()).toEqual([1, 3]);
  memory.tlb.drop(BASE_PAGE + 1);
  expect(writable()).toEqual([3]);
  memory.tlb.invalidate();
  expect(writable()).toEqual([]);
  tlb.find(3, INNER_LOAD);
  expect(writable()).toEqual([]);
});

test("inner tlb: without a machine selected nothing is looked for", () => {
  expect(() => new InnerMachine().tlb.find(0, INNER_LOAD)).toThrow("an inner machine is selected");
  const { memory, tlb } = machine();
  expect(() => memory.tlb.attachInner(tlb)).toThrow("translations are attached once");
});

test("inner tlb: every processor has its own, and all lose what goes", () => {
  const { memory, tlb } = machine(1);
  const other = memory.innerTlb();
  other.select(SPACE);
  expect(other.find(1, INNER_STORE)).toBe(BASE_PAGE + 1);
  memory.composed.fence();
  expect([tlb.find(1, INNER_STORE), other.find(1, INNER_STORE)]).toEqual([-1, -1]);
});
