// covers src/checkpoint/encode/difference-encoder.ts, src/checkpoint/encode/whole-encoder.ts, src/checkpoint/encode/encode-work.ts
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  CACHE_PAGES_MAX,
  feedback,
  remusHybrid,
  runLengthXor,
  whole,
  wordDifference,
} from "../../../src/checkpoint/encode/page-encodings.ts";
import {
  IDENTICAL,
  PAGE_FORM_NAMES,
  RUNS,
  WHOLE,
  WORDS,
  ZERO,
} from "../../../src/checkpoint/encode/page-form.ts";
import { ByteWriter } from "../../../src/sim/byte-writer.ts";
import { InvariantError } from "../../../src/sim/errors.ts";
import { PAGE } from "./page-samples.ts";
import { PairOfMemories } from "./pair-of-memories.ts";

const ENCODINGS = [
  whole(),
  wordDifference(),
  wordDifference({ wordBytes: 4, maxRatio: 0.5 }),
  wordDifference({ wordBytes: 16, cachePages: 3, cacheEpochs: 2 }),
  runLengthXor(),
  runLengthXor({ cachePages: 2, maxRatio: 0.1 }),
  remusHybrid(),
  feedback(),
  feedback({ thresholdWords: 5, thresholdIntervals: 0, cachePages: 4 }),
];

const PAGES = 8;
const page = fc.nat(PAGES - 1);

/** What happens to a pair: a write of any length, an epoch, or another secondary. */
const step = fc.oneof(
  { arbitrary: fc.tuple(page, fc.nat(PAGE - 1), fc.nat(200), fc.nat(3)), weight: 6 },
  { arbitrary: fc.tuple(page, fc.constant(0), fc.constant(PAGE), fc.nat(3)), weight: 1 },
  { arbitrary: fc.constant("epoch" as const), weight: 4 },
  { arbitrary: fc.constant("replace" as const), weight: 1 },
);

test.each(ENCODINGS.map((encoding, index) => [index, encoding] as const))(
  "page encodings: whatever is written, the secondary has it, with encoding %i",
  (_, encoding) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const pair = new PairOfMemories(encoding);
        const dirty = new Set<number>();
        for (const each of [...steps, "epoch" as const]) {
          if (each === "epoch") {
            // pages come in any order, and one of them twice
            const pages = [...dirty].reverse();
            pair.epoch(...pages, ...pages.slice(0, 1));
            dirty.clear();
            expect(pair.identical).toBe(true);
          } else if (each === "replace") {
            pair.replaceSecondary();
            for (let number = 0; number < PAGES; number += 1) dirty.add(number);
          } else {
            const [number, at, length, value] = each;
            pair.write(number, at, Math.min(length, PAGE - at), value);
            dirty.add(number);
          }
        }
      }),
      { numRuns: 60 },
    );
  },
);

test("page encodings: whole pages, and nothing of zero pages", () => {
  const pair = new PairOfMemories(whole());
  pair.write(1, 0, 1, 1);
  expect(pair.epoch(0, 1)).toEqual(["zero", "whole"]);
  expect(pair.epoch(1)).toEqual(["whole"]);
  expect(pair.encoder.work).toMatchObject({
    pages: 3,
    bytes: 5 + 2 * (5 + PAGE),
    comparedPages: 0,
  });
});

test.each([
  [wordDifference(), "words", WORDS],
  [runLengthXor(), "runs", RUNS],
] as const)("page encodings: each form where it belongs, %#", (encoding, name, form) => {
  const pair = new PairOfMemories(encoding);
  pair.write(1, 0, 9, 1);
  pair.write(2, 0, PAGE, 1);
  expect(pair.epoch(0, 1, 2)).toEqual(["zero", "whole", "whole"]);
  pair.write(1, 100, 2, 5);
  pair.write(2, 0, PAGE, 2);
  expect(pair.epoch(1, 2)).toEqual([name, "whole"]);
  expect(pair.epoch(1, 2)).toEqual(["identical", "identical"]);
  pair.write(2, 0, PAGE, 0);
  pair.write(0, 7, 1, 1);
  expect(pair.epoch(2, 0)).toEqual(["zero", name]);
  expect(pair.identical).toBe(true);
  const { work } = pair.encoder;
  const forms = [ZERO, WHOLE, form, IDENTICAL] as const;
  expect(forms.map((each) => work.pagesIn(each))).toEqual([2, 3, 2, 2]);
  expect(work).toMatchObject({ pages: 9, comparedPages: 5, copiedPages: 9 });
});

test("page encodings: the bytes of a page are counted with its header", () => {
  const { encoder } = new PairOfMemories(wordDifference());
  const bytes = new Uint8Array(PAGE).fill(1);
  const writer = new ByteWriter();
  encoder.encode(3, bytes, writer);
  bytes[8] = 2;
  encoder.encode(3, bytes, writer);
  expect(encoder.work.bytes).toBe(5 + PAGE + (5 + 2 + 1 + 10));
  expect(writer.length).toBe(encoder.work.bytes);
});

test("page encodings: a difference longer than the ratio goes whole", () => {
  const pair = new PairOfMemories(wordDifference({ maxRatio: 0.01 }));
  pair.write(1, 0, PAGE, 1);
  pair.epoch(1);
  pair.write(1, 0, 24, 2); // 31 bytes of 40
  expect(pair.epoch(1)).toEqual(["words"]);
  pair.write(1, 0, 32, 3); // 41 bytes
  expect(pair.epoch(1)).toEqual(["whole"]);
});

test("page encodings: the hybrid rule of Remus takes run length down to 5:1", () => {
  const pair = new PairOfMemories(remusHybrid());
  pair.write(1, 0, PAGE, 1);
  expect(pair.epoch(1)).toEqual(["whole"]);
  pair.write(1, 0, 816, 2); // a byte and two for the lengths, 819 in all
  expect(pair.epoch(1)).toEqual(["runs"]);
  expect(pair.sent[0]?.payload).toHaveLength(819);
  pair.write(1, 0, 817, 3);
  expect(pair.epoch(1)).toEqual(["whole"]);
});

test("page encodings: pages that are not cached any more go whole", () => {
  const small = new PairOfMemories(wordDifference({ cachePages: 2 }));
  for (const number of [1, 2, 3]) small.write(number, 0, 9, 1);
  small.epoch(1, 2, 3);
  expect(small.epoch(3, 1)).toEqual(["identical", "whole"]);
  const brief = new PairOfMemories(wordDifference({ cacheEpochs: 1 }));
  brief.write(1, 0, 9, 1);
  brief.epoch(1);
  expect(brief.epoch(1)).toEqual(["identical"]);
  brief.epoch();
  expect(brief.epoch(1)).toEqual(["whole"]);
});

test("page encodings: with feedback a page goes as a difference once the secondary listed it", () => {
  const pair = new PairOfMemories(feedback({ thresholdWords: 4, thresholdIntervals: 1 }));
  const forms: string[] = [];
  for (let epoch = 1; epoch <= 6; epoch += 1) {
    pair.write(1, 0, 8, epoch);
    forms.push(...pair.epoch(1));
  }
  // counted twice, listed; then whole once more, for the primary has no copy of it yet
  expect(forms).toEqual(["whole", "whole", "whole", "words", "words", "words"]);
  expect(pair.identical).toBe(true);
});

test("page encodings: with feedback a page that changes much goes whole and costs no comparison", () => {
  const pair = new PairOfMemories(feedback({ thresholdWords: 4, thresholdIntervals: 1 }));
  for (let epoch = 1; epoch <= 6; epoch += 1) {
    pair.write(1, 0, 32, epoch);
    expect(pair.epoch(1)).toEqual(["whole"]);
  }
  expect(pair.encoder.work).toMatchObject({ comparedPages: 0, copiedPages: 0 });
});

test("page encodings: with feedback the primary applies the threshold to listed pages too", () => {
  const pair = new PairOfMemories(feedback({ thresholdWords: 4, thresholdIntervals: 0 }));
  pair.write(1, 0, 8, 1);
  pair.epoch(1);
  pair.write(1, 0, 8, 2);
  pair.epoch(1);
  pair.write(1, 0, 24, 3);
  expect(pair.epoch(1)).toEqual(["words"]);
  pair.write(1, 0, 32, 4);
  expect(pair.epoch(1)).toEqual(["whole"]);
  expect(pair.counter?.listedCount).toBe(0);
  pair.write(1, 0, 8, 5);
  expect(pair.epoch(1)).toEqual(["whole"]);
  expect(pair.identical).toBe(true);
});

test("page encodings: with feedback the list is forgotten with the secondary that made it", () => {
  const pair = new PairOfMemories(feedback({ thresholdIntervals: 0 }));
  pair.write(1, 0, 8, 1);
  pair.epoch(1);
  expect(pair.epoch(1)).toEqual(["whole"]);
  expect(pair.encoder.work.copiedPages).toBe(1);
  pair.replaceSecondary();
  expect(pair.epoch(1)).toEqual(["whole"]);
  expect(pair.encoder.work.copiedPages).toBe(1);
});

test("page encodings: with feedback a lost list does no harm", () => {
  const pair = new PairOfMemories(feedback({ thresholdIntervals: 0 }));
  pair.write(1, 0, 8, 1);
  pair.epoch(1);
  pair.encoder.learn({ listed: [2, 3], unlisted: [1] });
  pair.write(1, 0, 8, 2);
  pair.write(2, 0, 8, 2);
  expect(pair.epoch(1, 2)).toEqual(["whole", "whole"]);
  expect(pair.identical).toBe(true);
});

test("page encodings: encodings without feedback learn nothing", () => {
  for (const encoding of [whole(), wordDifference()]) {
    const pair = new PairOfMemories(encoding);
    pair.encoder.learn({ listed: [1], unlisted: [2] });
    expect([pair.epoch(1), pair.counter]).toEqual([["zero"], undefined]);
  }
});

test("page encodings: two machines with one encoding have nothing in common", () => {
  for (const encoding of ENCODINGS) {
    const [one, other] = [new PairOfMemories(encoding), new PairOfMemories(encoding)];
    for (let epoch = 1; epoch <= 4; epoch += 1) {
      one.write(1, 0, 8, epoch);
      other.write(1, 0, 8, epoch);
      one.epoch(1);
      if (epoch > 1) other.epoch(1);
      expect(one.identical).toBe(true);
    }
    expect(other.identical).toBe(true);
  }
});

/** Writes a little to a page in each epoch, and back again in the last. */
function little(pair: PairOfMemories): void {
  pair.write(1, 0, 64, 9);
  for (const value of [1, 2, 3, 4, 3]) {
    pair.write(1, 8, 8, value);
    pair.epoch(1);
  }
}

test("page encodings: broken, a difference from the wrong base is noticed", () => {
  for (const make of [wordDifference, runLengthXor, remusHybrid, feedback] as const) {
    const right = new PairOfMemories(make({}));
    little(right);
    expect(right.identical).toBe(true);
    const wrong = new PairOfMemories(make({ broken: { staleBase: true } }));
    wrong.encoder.learn({ listed: [1], unlisted: [] });
    wrong.write(1, 8, 8, 1);
    wrong.epoch(1);
    wrong.write(1, 8, 8, 2);
    wrong.epoch(1);
    expect(wrong.identical).toBe(true);
    wrong.write(1, 8, 8, 1);
    wrong.epoch(1);
    expect(wrong.identical).toBe(false);
  }
});

test("page encodings: broken, a list and copies kept after protection was lost are noticed", () => {
  for (const keepAfterLoss of [false, true]) {
    for (const make of [wordDifference, runLengthXor, feedback] as const) {
      const pair = new PairOfMemories(make({ broken: { keepAfterLoss } }));
      little(pair);
      pair.replaceSecondary();
      pair.epoch(1);
      expect(pair.identical).toBe(!keepAfterLoss);
    }
  }
});

test("page encodings: broken, a list shared between machines is noticed", () => {
  for (const sharedList of [false, true]) {
    const encoding = feedback({ broken: { sharedList } });
    const [one, other] = [new PairOfMemories(encoding), new PairOfMemories(encoding)];
    little(one);
    other.write(1, 0, 64, 9);
    other.epoch(1);
    expect(other.identical).toBe(!sharedList);
  }
});

test("page encodings: broken, XOR applied twice is noticed", () => {
  for (const xorTwice of [false, true]) {
    for (const make of [wordDifference, runLengthXor, remusHybrid, feedback] as const) {
      const pair = new PairOfMemories(make(), { xorTwice });
      little(pair);
      expect(pair.identical).toBe(!xorTwice);
    }
  }
});

test("page encodings: a copy that is not one page long is a defect of the sender", () => {
  for (const encoding of ENCODINGS) {
    const { encoder } = new PairOfMemories(encoding);
    const short = new Uint8Array(PAGE - 1).fill(1);
    expect(() => encoder.encode(1, short, new ByteWriter())).toThrow();
  }
  const { encoder } = new PairOfMemories(wordDifference());
  expect(() => encoder.encode(1, new Uint8Array(1), new ByteWriter())).toThrow(InvariantError);
});

test.each([
  [
    () => wordDifference({ cachePages: 0 }),
    "cachePages: expected a whole number from 1 to 1048576, got 0",
  ],
  [
    () => runLengthXor({ cachePages: CACHE_PAGES_MAX + 1 }),
    "cachePages: expected a whole number from 1 to 1048576, got 1048577",
  ],
  [
    () => remusHybrid({ cacheEpochs: 0.5 }),
    "cacheEpochs: expected a whole number from 1 to 2147483647, got 0.5",
  ],
  [() => wordDifference({ maxRatio: 0 }), "maxRatio: expected a share above 0 and up to 1, got 0"],
  [
    () => runLengthXor({ maxRatio: 1.1 }),
    "maxRatio: expected a share above 0 and up to 1, got 1.1",
  ],
  [() => wordDifference({ wordBytes: 5 as 4 }), "wordBytes: expected 4, 8 or 16, got 5"],
  [
    () => feedback({ thresholdWords: 0 }),
    "thresholdWords: expected a whole number from 1 to 512, got 0",
  ],
  [
    () => feedback({ wordBytes: 16, thresholdWords: 257 }),
    "thresholdWords: expected a whole number from 1 to 256, got 257",
  ],
  [
    () => feedback({ thresholdIntervals: -1 }),
    "thresholdIntervals: expected a whole number from 0 to 1000000, got -1",
  ],
])("page encodings: an option out of range is refused, %#", (make, message) => {
  expect(make).toThrow(expect.objectContaining({ code: "ENCODE_OPTION", message }));
});

test("page encodings: names are unlike, and forms have theirs", () => {
  const names = [whole(), wordDifference(), runLengthXor(), remusHybrid(), feedback()].map(
    (encoding) => {
      expect(encoding.createEncoder().name).toBe(encoding.name);
      return encoding.name;
    },
  );
  expect(new Set(names).size).toBe(5);
  expect(PAGE_FORM_NAMES[WORDS]).toBe("words");
});
