import fc from "fast-check";
import { expect, test } from "vitest";
import { ChangedWords } from "../../../src/checkpoint/encode/changed-words.ts";
import { extentOf, goldenPair, PAGE, pagePair } from "./page-samples.ts";

test.each([4, 8, 16] as const)(
  "changed words: of %i bytes, all that differ and no other",
  (size) => {
    const changed = new ChangedWords(size);
    fc.assert(
      fc.property(pagePair, (pair) => {
        const expected: number[] = [];
        for (let word = 0; word < PAGE / size; word += 1) {
          const at = word * size;
          const isSame = pair.before
            .subarray(at, at + size)
            .every((byte, index) => byte === pair.after[at + index]);
          if (!isSame) expected.push(word);
        }
        const extent = extentOf(pair);
        expect(changed.mark(extent, 0, extent, PAGE)).toBe(expected.length);
        const marked: number[] = [];
        for (let word = 0; word < PAGE / size; word += 1) {
          if (((changed.bitmap[word >> 5]! >>> (word & 31)) & 1) === 1) marked.push(word);
        }
        expect(marked).toEqual(expected);
      }),
    );
  },
);

test("changed words: the pair of the golden vector differs in 3 words of eight bytes", () => {
  const extent = extentOf(goldenPair());
  expect(new ChangedWords(8).mark(extent, 0, extent, PAGE)).toBe(3);
  expect(new ChangedWords(4).mark(extent, 0, extent, PAGE)).toBe(6);
});
