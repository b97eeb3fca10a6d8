import { expect, test } from "vitest";
import { exchangeWords } from "../../src/memory/exchange-words.ts";
import { Extent } from "../../src/memory/extent.ts";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { RandomStream } from "../../src/sim/random.ts";

const extent = (): Extent => new Extent(new ArrayBuffer(3 * PAGE_SIZE), 0, 3 * PAGE_SIZE);

test("exchange words: each holds what the other held, and nothing beside the pages changes", () => {
  const random = new RandomStream(5, "test: exchange");
  for (let round = 0; round < 20; round += 1) {
    const [a, b] = [extent(), extent()];
    for (let at = 0; at < a.bytes.length; at += 1) {
      a.bytes[at] = random.below(256);
      b.bytes[at] = random.below(4) === 0 ? random.below(256) : a.bytes[at]!;
    }
    const [wasA, wasB] = [a.bytes.slice(), b.bytes.slice()];
    let differing = 0;
    for (let at = 0; at < PAGE_SIZE; at += 8) {
      const one = wasA.subarray(PAGE_SIZE + at, PAGE_SIZE + at + 8);
      const other = wasB.subarray(2 * PAGE_SIZE + at, 2 * PAGE_SIZE + at + 8);
      if (Buffer.compare(one, other) !== 0) differing += 1;
    }
    expect(exchangeWords(a, PAGE_SIZE, b, 2 * PAGE_SIZE)).toBe(differing);
    const [expectedA, expectedB] = [wasA.slice(), wasB.slice()];
    expectedA.set(wasB.subarray(2 * PAGE_SIZE), PAGE_SIZE);
    expectedB.set(wasA.subarray(PAGE_SIZE, 2 * PAGE_SIZE), 2 * PAGE_SIZE);
    expect(Buffer.compare(a.bytes, expectedA)).toBe(0);
    expect(Buffer.compare(b.bytes, expectedB)).toBe(0);
    expect(exchangeWords(a, PAGE_SIZE, b, 2 * PAGE_SIZE)).toBe(differing);
    expect(Buffer.compare(a.bytes, wasA)).toBe(0);
    expect(Buffer.compare(b.bytes, wasB)).toBe(0);
  }
});

test("exchange words: any single byte makes its word differ, and only that", () => {
  for (let at = 0; at < PAGE_SIZE; at += 1) {
    const [a, b] = [extent(), extent()];
    a.bytes[at] = 1;
    expect(exchangeWords(a, 0, b, 0)).toBe(1);
    expect([a.bytes[at], b.bytes[at]]).toEqual([0, 1]);
  }
});
