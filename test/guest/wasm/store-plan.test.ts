// covers src/guest/wasm/store-plan.ts, src/guest/wasm/value-names.ts, src/guest/wasm/assigned-locals.ts
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AssignedLocals } from "../../../src/guest/wasm/assigned-locals.ts";
import { WasmBinaryReader } from "../../../src/guest/wasm/binary-reader.ts";
import { WasmInstructionReader } from "../../../src/guest/wasm/instruction-reader.ts";
import { RandomStream } from "../../../src/sim/random.ts";
import { assemble, I32, op } from "./assembler.ts";
import { differingPages, MarkedPair } from "./marked-pair.ts";
import { randomStores } from "./random-stores.ts";

const PAGE = 4_096;

/** What goes wrong in a few calls of a random program; `undefined` if nothing does. */
function wrongMarks(seed: number): string | undefined {
  const random = new RandomStream(seed, "stores");
  const pair = new MarkedPair(randomStores(random));
  for (let call = 0; call < 6; call += 1) {
    const before = pair.memory.slice();
    const near = (): number => (6 + random.below(18)) * PAGE + random.between(-20, 20);
    pair.call("run", near(), near());
    const changed = differingPages(before, pair.memory);
    const marked = pair.takeMarks();
    const missed = changed.filter((page) => !marked.includes(page));
    if (missed.length > 0) return `missed pages ${missed.join(", ")} in call ${call}`;
  }
  return undefined;
}

test("store plan: whatever a program does, each page that it changes is marked", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0 }), (seed) => {
      expect(wrongMarks(seed)).toBeUndefined();
    }),
    { numRuns: 250 },
  );
});

/** A function of an address, of 5 variables, with the given code. */
function program(...code: (number | readonly number[])[]): MarkedPair {
  return new MarkedPair(
    assemble({
      types: [{ takes: [I32, I32], gives: [] }],
      functions: [{ type: 0, code, locals: [I32, I32, I32] }],
      memories: [[1, 4, 4]],
      exports: [{ name: "run", kind: 0, index: 0 }],
    }),
  );
}

const store = (offset: number): number[] => [0x3a, 0, ...unsignedOffset(offset)];
const unsignedOffset = (offset: number): number[] =>
  offset < 0x80 ? [offset] : [(offset & 0x7f) | 0x80, offset >> 7];
const storeAt = (local: number, offset: number): number[] => [
  0x20,
  local,
  ...op.i32Const(7),
  ...store(offset),
];

/** How many marks the code of a program sets, not how often. */
function markCount(pair: MarkedPair): number {
  return pair.markStores;
}

describe("store plan: what needs no mark of its own", () => {
  test("store plan: fields of one object need those of the first and the last", () => {
    const pair = program(...[0, 4, 8, 100, 60].map((offset) => storeAt(0, offset)));
    expect(markCount(pair)).toBe(2);
    pair.call("run", PAGE - 50, 0);
    expect(pair.takeMarks()).toEqual([0, 1]);
    pair.call("run", PAGE, 0);
    expect(pair.takeMarks()).toEqual([1]);
  });

  test("store plan: the same place again needs none, on every way that passes the first", () => {
    const pair = program(
      storeAt(0, 0),
      [0x03, 0x40, ...storeAt(0, 0), 0x20, 1, 0x04, 0x40, ...storeAt(0, 0), 0x0b, 0x0b],
      storeAt(0, 0),
    );
    expect(markCount(pair)).toBe(1);
  });

  test("store plan: a copy, a sum with a constant and a constant are known", () => {
    expect(
      markCount(
        program(
          storeAt(0, 0),
          [0x20, 0, 0x21, 2],
          storeAt(2, 0),
          [0x20, 0, ...op.i32Const(4), 0x6a, 0x22, 3, ...op.i32Const(1), ...store(0)],
          [0x20, 3, ...op.i32Const(4), 0x6b, ...op.i32Const(1), ...store(0)],
        ),
      ),
    ).toBe(2);
    const constant = [...op.i32Const(9_000), ...op.i32Const(1), ...store(0)];
    const pair = program(constant, constant);
    expect(markCount(pair)).toBe(1);
    pair.call("run", 0, 0);
    expect(pair.takeMarks()).toEqual([2]);
  });
});

describe("store plan: what does need one", () => {
  test.each([
    ["another variable", [storeAt(0, 0), storeAt(1, 0)]],
    ["a variable assigned since", [storeAt(0, 0), [0x20, 1, 0x21, 0], storeAt(0, 0)]],
    [
      "a variable assigned in one of two ways",
      [storeAt(0, 0), [0x20, 1, 0x04, 0x40, 0x20, 1, 0x21, 0, 0x0b], storeAt(0, 0)],
    ],
    ["a store in one of two ways", [[0x20, 1, 0x04, 0x40, ...storeAt(0, 0), 0x0b], storeAt(0, 0)]],
    [
      "a store in the other way",
      [[0x20, 1, 0x04, 0x40, ...storeAt(0, 0), 0x05, ...storeAt(0, 0), 0x0b]],
    ],
    [
      "a variable assigned later in a loop",
      [storeAt(0, 0), [0x03, 0x40, ...storeAt(0, 0), 0x20, 1, 0x21, 0, 0x0b]],
    ],
    ["a place further away than a page", [storeAt(0, 0), storeAt(0, PAGE)]],
    [
      "a place further away that may not be stored to",
      [storeAt(0, 0), [0x20, 1, 0x0d, 0], storeAt(0, 1_030)],
    ],
  ])("store plan: %s", (_name, code) => {
    expect(markCount(program(...code))).toBe(2);
  });
});

test("store plan: no page between the first and the last of several stores is left out", () => {
  for (const distance of [4_088, 4_095, 4_096, 4_097, 4_200]) {
    const pair = program(storeAt(0, 0), storeAt(0, 50), storeAt(0, distance));
    for (const address of [PAGE - 1, PAGE - 50, PAGE, PAGE + 1]) {
      pair.call("run", address, 0);
      const pages = [0, 50, distance].map((offset) => Math.floor((address + offset) / PAGE));
      expect(pair.takeMarks()).toEqual([...new Set(pages)]);
    }
  }
});

test("store plan: a lower place behind a branch is marked, and a higher one", () => {
  const pair = program(storeAt(0, 3_000), [0x20, 1, 0x0d, 0], storeAt(0, 200), storeAt(0, 4_000));
  pair.call("run", PAGE - 1_000, 1);
  expect(pair.takeMarks()).toEqual([1]);
  pair.call("run", PAGE - 1_000, 0);
  expect(pair.takeMarks()).toEqual([0, 1]);
  pair.call("run", PAGE + 500, 0);
  expect(pair.takeMarks()).toEqual([1, 2]);
});

test("store plan: a page is not marked in vain for a store outside the block", () => {
  const pair = program([0x20, 1, 0x04, 0x40, ...storeAt(0, 0), 0x0f, 0x0b], storeAt(0, 500));
  pair.call("run", PAGE - 100, 1);
  expect(pair.takeMarks()).toEqual([0]);
});

test("store plan: a page is not marked in vain for a store that a branch leaves out", () => {
  const pair = program(storeAt(0, 0), [0x20, 1, 0x0d, 0], storeAt(0, 1_030));
  pair.call("run", PAGE - 1_000, 1);
  expect(pair.takeMarks()).toEqual([0]);
  pair.call("run", PAGE - 1_000, 0);
  expect(pair.takeMarks()).toEqual([0, 1]);
});

test("assigned locals: too many assignments in too many blocks are taken for all variables", () => {
  const blocks = 3_000;
  const code = [
    ...new Array<number[]>(blocks).fill([0x02, 0x40]).flat(),
    ...new Array<number[]>(blocks).fill([0x20, 0, 0x21, 1]).flat(),
    ...new Array<number>(blocks).fill(0x0b),
  ];
  const reader = new WasmBinaryReader(Uint8Array.from(code));
  const instruction = new WasmInstructionReader(reader);
  const assigned = new AssignedLocals();
  assigned.begin(3, 10);
  while (!reader.done) {
    instruction.next();
    assigned.note(instruction);
  }
  const visited: number[] = [];
  assigned.forEachIn(0, (local) => visited.push(local));
  expect(visited).toEqual([0, 1, 2]);
});
