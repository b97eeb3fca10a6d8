// covers src/memory/kernel/wasm-code.ts, src/memory/kernel/page-kernel-code.ts
import fc from "fast-check";
import { expect, test } from "vitest";
import { PageKernel } from "../../../src/memory/kernel/page-kernel.ts";
import { PAGE_SIZE, PAGE_WORDS } from "../../../src/memory/page.ts";
import { hashPage } from "../../../src/memory/page-hash.ts";
import { RandomStream } from "../../../src/sim/random.ts";

const PAGES = 32;

/** The reference: page by page, zeros counting nothing. */
function sumOf(words: Int32Array, firstPage: number, pages: number): readonly number[] {
  const [sum, hash] = [new Int32Array(2), new Int32Array(2)];
  for (let page = 0; page < pages; page += 1) {
    const start = page * PAGE_WORDS;
    if (words.subarray(start, start + PAGE_WORDS).every((word) => word === 0)) continue;
    hashPage(words, start, firstPage + page, hash);
    sum[0]! += hash[0]!;
    sum[1]! += hash[1]!;
  }
  return [...sum];
}

function memoryOf(): { memory: WebAssembly.Memory; words: Int32Array; kernel: PageKernel } {
  const memory = new WebAssembly.Memory({ initial: (PAGES * PAGE_SIZE) / 65_536 });
  const kernel = PageKernel.over(memory);
  if (kernel === undefined) throw new Error("this engine knows no vectors");
  return { memory, words: new Int32Array(memory.buffer), kernel };
}

test("page kernel: what one word anywhere, or words all over, make of the pages' hashes", () => {
  const writes = fc.array(
    fc.record({
      page: fc.nat(PAGES - 1),
      word: fc.oneof(fc.constantFrom(0, 3, 4, PAGE_WORDS - 1), fc.nat(PAGE_WORDS - 1)),
      value: fc.oneof(fc.constantFrom(0, 1, -1, -2_147_483_648), fc.integer()),
    }),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(writes, fc.boolean(), fc.nat(1_000), (list, full, firstPage) => {
      const { words, kernel } = memoryOf();
      const random = new RandomStream(1, "page sum");
      if (full) for (let at = 0; at < 12 * PAGE_WORDS; at += 1) words[at] = random.u32();
      for (const { page, word, value } of list) words[page * PAGE_WORDS + word] = value;
      const sum = new Int32Array(2);
      expect(kernel.add(0, firstPage, PAGES, sum)).toBe(PAGES);
      expect([...sum]).toEqual(sumOf(words, firstPage, PAGES));
      for (let page = 0; page < PAGES; page += 1) {
        const start = page * PAGE_WORDS;
        const isZero = words.subarray(start, start + PAGE_WORDS).every((each) => each === 0);
        expect(kernel.isZero(page * PAGE_SIZE)).toBe(isZero);
      }
    }),
    { numRuns: 60 },
  );
});

test("page kernel: from a page on, up to the last eight, on top of what the sum was", () => {
  const { words, kernel } = memoryOf();
  const random = new RandomStream(2, "page sum");
  for (let at = 0; at < words.length; at += 1) words[at] = random.u32();
  const sum = new Int32Array([5, 7]);
  expect(kernel.add(3 * PAGE_SIZE, 100, 21, sum)).toBe(16);
  const [low, high] = sumOf(words.subarray(3 * PAGE_WORDS), 100, 16);
  expect([...sum]).toEqual([(low! + 5) | 0, (high! + 7) | 0]);
  expect(kernel.add(0, 100, 7, sum)).toBe(0);
  expect([...sum]).toEqual([(low! + 5) | 0, (high! + 7) | 0]);
});

test("page kernel: of a memory that has grown", () => {
  const { memory, kernel } = memoryOf();
  memory.grow(1);
  const words = new Int32Array(memory.buffer);
  words[words.length - 1] = 9;
  const sum = new Int32Array(2);
  expect(kernel.add(0, 0, PAGES + 16, sum)).toBe(PAGES + 16);
  expect([...sum]).toEqual(sumOf(words, 0, PAGES + 16));
});

test("page kernel: there is none over what is no WebAssembly memory", () => {
  expect(PageKernel.over({ buffer: new ArrayBuffer(PAGE_SIZE) })).toBeUndefined();
});
