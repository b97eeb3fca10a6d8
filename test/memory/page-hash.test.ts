import { expect, test } from "vitest";
import { PAGE_WORDS } from "../../src/memory/page.ts";
import { hashPage } from "../../src/memory/page-hash.ts";
import { RandomStream } from "../../src/sim/random.ts";

const out = new Int32Array(2);

function hash(words: Int32Array, page = 0): string {
  hashPage(words, 0, page, out);
  return `${out[1]! >>> 0}:${out[0]! >>> 0}`;
}

test("page hash: the same bits in every engine", () => {
  const words = new Int32Array(PAGE_WORDS).map((_, at) => Math.imul(at, 0x9e37_79b1));
  expect(hash(new Int32Array(PAGE_WORDS))).toBe("4155940247:1830100677");
  expect(hash(words)).toBe("1528830267:3985082500");
  expect(hash(words, 16_777_215)).toBe("2314267987:451968294");
});

test("page hash: only the page counts, and its number", () => {
  const random = new RandomStream(2, "page hash");
  const words = new Int32Array(3 * PAGE_WORDS).map(() => random.u32());
  const middle = words.slice(PAGE_WORDS, 2 * PAGE_WORDS);
  hashPage(words, PAGE_WORDS, 9, out);
  const [low, high] = out;
  hashPage(middle, 0, 9, out);
  expect([...out]).toEqual([low, high]);
  expect(hash(middle, 8)).not.toBe(hash(middle, 9));
});

test("page hash: one changed bit changes both halves, about half of their bits", () => {
  const random = new RandomStream(3, "page hash");
  const words = new Int32Array(PAGE_WORDS).map(() => random.u32());
  hashPage(words, 0, 5, out);
  const [low, high] = [out[0]!, out[1]!];
  let flipped = 0;
  let unchanged = 0;
  for (let at = 0; at < PAGE_WORDS; at += 1) {
    for (let bit = 0; bit < 32; bit += 1) {
      words[at]! ^= 1 << bit;
      hashPage(words, 0, 5, out);
      if (out[0] === low || out[1] === high) unchanged += 1;
      flipped += ones(out[0]! ^ low) + ones(out[1]! ^ high);
      words[at]! ^= 1 << bit;
    }
  }
  expect(unchanged).toBe(0);
  expect(flipped / (PAGE_WORDS * 32)).toBeGreaterThan(31);
  expect(flipped / (PAGE_WORDS * 32)).toBeLessThan(33);
});

/** How many of the nearly equal pages, zero but for two words, share each part of the hash. */
function collisions(values: readonly number[]): { low: number; high: number; both: number } {
  const places = [0, 1, 2, 3, 4, 5, 6, 8, 12, 16, 512, 1_022, 1_023];
  const seen = { low: new Set<number>(), high: new Set<number>(), both: new Set<string>() };
  const words = new Int32Array(PAGE_WORDS);
  let pages = 0;
  const note = (): void => {
    seen.both.add(hash(words));
    seen.low.add(out[0]!);
    seen.high.add(out[1]!);
    pages += 1;
  };
  for (const [index, at] of places.entries()) {
    for (const value of values) {
      words[at] = value;
      note();
      for (const other of places.slice(index + 1)) {
        for (const second of values) {
          words[other] = second;
          note();
        }
        words[other] = 0;
      }
      words[at] = 0;
    }
  }
  expect(pages).toBeGreaterThan(10_000);
  const { low, high, both } = seen;
  return { low: pages - low.size, high: pages - high.size, both: pages - both.size };
}

const VALUES = [1, 2, 3, 4, 7, 16, 255, 4_096, -1, -2, 1 << 31, 1 << 30, 1 << 22, 1 << 16];

test("page hash: pages that differ in two small words do not collide in either half", () => {
  expect(collisions(VALUES)).toEqual({ low: 0, high: 0, both: 0 });
});

test("page hash: what cancels out in one half does not in the other", () => {
  // The top bit of a word and, two words on, the bit to which the half rotates it.
  const { low, high, both } = collisions([...VALUES, 1 << 14, 1 << 10]);
  expect(low).toBeGreaterThan(0);
  expect(high).toBeGreaterThan(0);
  expect(both).toBe(0);
});

function ones(word: number): number {
  let count = 0;
  for (let bits = word; bits !== 0; bits &= bits - 1) count += 1;
  return count;
}
