import fc from "fast-check";
import { expect, test } from "vitest";
import { RunningHash, xxh32 } from "../../src/sim/hash.ts";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** The buffer of xxHash's own sanity check. */
function sanityBuffer(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let generator = 2_654_435_761;
  for (let i = 0; i < length; i += 1) {
    bytes[i] = generator >>> 24;
    generator = Math.imul(generator, generator) >>> 0;
  }
  return bytes;
}

const PRIME = 2_654_435_761;

test.each([
  [0, 0, 0x02cc5d05],
  [0, PRIME, 0x36b78ae7],
  [1, 0, 0xb85cbee5],
  [1, PRIME, 0xd5845d64],
  [14, 0, 0xe5aa0ab4],
  [14, PRIME, 0x4481951d],
  [101, 0, 0x1f1aa412],
  [101, PRIME, 0x498ec8e2],
  [16, 0, 0xa67a94d9],
  [16, PRIME, 0x65cccc3d],
  [31, 0, 0x8d47c77a],
  [32, PRIME, 0x52cd0c6b],
  [4096, 0, 0x8ef83085],
  [4096, PRIME, 0x6d79365c],
])("xxh32: reference value for %d bytes, seed %d", (length, seed, expected) => {
  expect(xxh32(sanityBuffer(length), seed)).toBe(expected);
});

test("xxh32: reference values of texts", () => {
  expect(xxh32(text("a"))).toBe(0x550d7456);
  expect(xxh32(text("abc"))).toBe(0x32d153ff);
  expect(xxh32(text("Nobody inspects the spammish repetition"))).toBe(0xe2293b2f);
});

test("xxh32: a view into a larger buffer counts only itself", () => {
  const bytes = sanityBuffer(120);
  expect(xxh32(bytes.subarray(3, 101))).toBe(xxh32(bytes.slice(3, 101)));
});

test("xxh32: any flipped bit is noticed", () => {
  const bytes = sanityBuffer(77);
  const before = xxh32(bytes);
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const index = bit >> 3;
    bytes[index] = bytes[index]! ^ (1 << (bit & 7));
    expect(xxh32(bytes)).not.toBe(before);
    bytes[index] = bytes[index] ^ (1 << (bit & 7));
  }
});

type Addition = (hash: RunningHash) => void;

function digestOf(...additions: Addition[]): string {
  const hash = new RunningHash();
  for (const add of additions) add(hash);
  return hash.digest();
}

test("running hash: known value", () => {
  const digest = digestOf(
    (hash) => hash.add32(1),
    (hash) => hash.addInteger(-5_000_000_000),
    (hash) => hash.addString("epoch"),
  );
  expect(digest).toBe("9fd16f50aa3c8274");
  expect(digestOf()).toMatch(/^[0-9a-f]{16}$/);
});

test("running hash: order, sign and high words count", () => {
  const digests = [
    digestOf((hash) => hash.addInteger(1)),
    digestOf((hash) => hash.addInteger(-1)),
    digestOf((hash) => hash.addInteger(4_294_967_295)),
    digestOf((hash) => hash.addInteger(4_294_967_296)),
    digestOf((hash) => hash.addInteger(Number.MAX_SAFE_INTEGER)),
    digestOf((hash) => hash.addInteger(-Number.MAX_SAFE_INTEGER)),
    digestOf((hash) => hash.addString("ab")),
    digestOf((hash) => hash.addString("ba")),
    digestOf(
      (hash) => hash.addString("a"),
      (hash) => hash.addString("b"),
    ),
    digestOf(
      (hash) => hash.add32(1),
      (hash) => hash.add32(2),
    ),
    digestOf(
      (hash) => hash.add32(2),
      (hash) => hash.add32(1),
    ),
  ];
  expect(new Set(digests).size).toBe(digests.length);
});

test("running hash: does not depend on what is remembered", () => {
  const warm = new RunningHash();
  const cold = new RunningHash();
  // More strings than are kept, each of them twice for one of the two.
  for (let i = 0; i < 20_000; i += 1) {
    const name = `string ${i}`;
    warm.addString(name);
    cold.addString(["string", String(i)].join(" "));
  }
  for (const text of ["string 0", "string 19999", "x".repeat(200)]) {
    warm.addString(text);
    cold.addString(text.slice(0, 3) + text.slice(3));
  }
  expect(warm.digest()).toBe(cold.digest());
});

test("running hash: reading changes nothing", () => {
  const hash = new RunningHash();
  hash.add32(9);
  expect(hash.digest()).toBe(hash.digest());
  expect(hash.lanes()).toEqual(hash.lanes());
});

test("running hash: neighbours and permutations do not collide", () => {
  const seen = new Set<string>();
  let count = 0;
  for (let a = 0; a < 60; a += 1) {
    for (let b = 0; b < 60; b += 1) {
      for (const shift of [0, 8, 16, 24]) {
        seen.add(
          digestOf(
            (hash) => hash.add32(a << shift),
            (hash) => hash.add32(b + 1_000_000),
          ),
        );
        count += a === 0 && shift > 0 ? 0 : 1;
      }
    }
  }
  expect(seen.size).toBe(count);
});

test("running hash: different sequences differ", () => {
  const words = fc.array(fc.integer(), { maxLength: 8 });
  fc.assert(
    fc.property(words, words, (a, b) => {
      const one = digestOf(
        ...a.map(
          (word): Addition =>
            (hash) =>
              hash.add32(word),
        ),
      );
      const other = digestOf(
        ...b.map(
          (word): Addition =>
            (hash) =>
              hash.add32(word),
        ),
      );
      expect(one === other).toBe(a.length === b.length && a.every((word, i) => word === b[i]));
    }),
  );
});
