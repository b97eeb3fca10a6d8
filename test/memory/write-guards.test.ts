// covers src/memory/write-guard.ts, src/memory/write-guards.ts
import { expect, test } from "vitest";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { PageSet } from "../../src/memory/page-set.ts";
import { sparseMachine } from "./machines.ts";

const PAGES = 8;

test("write guards: each user has its own pages and its own handler", () => {
  const memory = sparseMachine(PAGES);
  const asked: unknown[] = [];
  const one = memory.guardWrites((page, source) => {
    asked.push(["one", page, source]);
    one.permit(page, 1);
  });
  const other = memory.guardWrites((page, source) => {
    asked.push(["other", page, source, memory.load8(page * PAGE_SIZE)]);
    other.permit(page, 1);
  });
  one.forbid(0, 2);
  other.forbid(1, 2);
  expect([one.heldPages, one.holds(0), one.holds(2)]).toEqual([2, true, false]);
  memory.store8(0, 1);
  memory.store8(PAGE_SIZE, 1);
  memory.dmaWrite(2 * PAGE_SIZE, new Uint8Array([1]));
  memory.store8(PAGE_SIZE, 2);
  memory.store8(3 * PAGE_SIZE, 2);
  expect(asked).toEqual([
    ["one", 0, "processor"],
    ["one", 1, "processor"],
    ["other", 1, "processor", 0],
    ["other", 2, "device", 0],
  ]);
  expect([one.heldPages, other.heldPages]).toEqual([0, 0]);
});

test("write guards: a page may be written when nobody holds it any more", () => {
  const memory = sparseMachine(PAGES);
  const one = memory.guardWrites();
  const other = memory.guardWrites();
  const pages = new PageSet([3, 5]);
  one.forbid(3, 1);
  other.forbidPages(pages);
  memory.forbidWrites(3, 1);
  one.permit(0, PAGES);
  other.permit(3, 1);
  expect(memory.slat.isWritable(3)).toBe(false);
  one.permit(3, 1); // what it does not hold it cannot give
  expect(memory.slat.isWritable(3)).toBe(false);
  memory.permitWrites(3, 1);
  expect([memory.slat.isWritable(3), memory.slat.isWritable(5)]).toEqual([true, false]);
  memory.permitWrites(0, PAGES);
  expect(() => memory.store8(5 * PAGE_SIZE, 1)).toThrow(/processor write to protected page 5/);
});

test("write guards: one that refuses is enough, and those after it are not asked", () => {
  const memory = sparseMachine(PAGES);
  const asked: string[] = [];
  const first = memory.guardWrites(() => {
    asked.push("first");
    first.permit(0, 1);
  });
  const second = memory.guardWrites(() => asked.push("second"));
  const third = memory.guardWrites(() => asked.push("third"));
  for (const guard of [first, second, third]) guard.forbid(0, 1);
  expect(() => memory.store8(0, 1)).toThrow(/protected page 0/);
  expect([memory.load8(0), asked]).toEqual([0, ["first", "second"]]);
  second.onFault = () => second.permit(0, 1);
  third.onFault = () => third.permit(0, 1);
  memory.store8(0, 1);
  expect(memory.load8(0)).toBe(1);
});

test("write guards: permission is taken from cached translations too", () => {
  const memory = sparseMachine(PAGES);
  const guard = memory.guardWrites();
  memory.store8(0, 1);
  guard.forbid(0, 1);
  expect(() => memory.store8(0, 2)).toThrow(/protected page 0/);
  guard.permit(0, 1);
  memory.store8(0, 3);
  guard.forbidPages(new PageSet([0]));
  expect(() => memory.store8(0, 4)).toThrow(/protected page 0/);
  guard.permit(0, 1);
  memory.store8(0, 5);
  guard.forbidPages(new PageSet([0]), false);
  memory.store8(0, 6); // the defect: nobody was asked
  expect([memory.load8(0), guard.holds(0)]).toEqual([6, true]);
});

test("write guards: one that is released is asked no more, even if it goes while it is asked", () => {
  const memory = sparseMachine(PAGES);
  const asked: string[] = [];
  const passing = memory.guardWrites(() => {
    asked.push("passing");
    passing.release();
    passing.release();
  });
  const staying = memory.guardWrites((page) => {
    asked.push("staying");
    staying.permit(page, 1);
  });
  passing.forbid(0, PAGES);
  staying.forbid(0, 2);
  memory.store8(0, 1);
  memory.store8(PAGE_SIZE, 1);
  memory.store8(2 * PAGE_SIZE, 1);
  expect(asked).toEqual(["passing", "staying", "staying"]);
  expect(passing.heldPages).toBe(0);
});

test("write guards: a handler that takes permission is a defect, whoever it takes it from", () => {
  const memory = sparseMachine(PAGES);
  const guard = memory.guardWrites(() => {
    guard.permit(1, 1);
    guard.forbid(0, 1);
  });
  guard.forbid(1, 1);
  const message = "no write permission is taken while a write asks for it";
  expect(() => memory.store16(PAGE_SIZE - 1, -1)).toThrow(message);
  expect(memory.load8(PAGE_SIZE - 1)).toBe(0);
  guard.release();
  memory.guardWrites().forbid(0, 1); // and afterwards it is none
});

test("write guards: a handler may write to other pages", () => {
  const memory = sparseMachine(PAGES);
  const guard = memory.guardWrites((page) => {
    guard.permit(page, 1);
    if (page < 3) memory.store8((page + 1) * PAGE_SIZE, page);
  });
  guard.forbid(0, PAGES);
  memory.store8(0, 9);
  expect([0, 1, 2, 3].map((page) => memory.load8(page * PAGE_SIZE))).toEqual([9, 0, 1, 2]);
  expect(guard.heldPages).toBe(PAGES - 4);
});

test("write guards: no pages are taken, and what are none are refused", () => {
  const memory = sparseMachine(PAGES);
  const guard = memory.guardWrites();
  guard.forbid(0, 0);
  expect(guard.heldPages).toBe(0);
  expect(() => guard.forbid(-1, 1)).toThrow(RangeError);
  expect(() => guard.forbid(0, 0.5)).toThrow(RangeError);
});
