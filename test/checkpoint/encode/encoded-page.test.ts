// covers src/checkpoint/encode/page-form.ts, src/checkpoint/encode/page-patch.ts
import fc from "fast-check";
import { expect, test } from "vitest";
import { type EncodedPage, readEncodedPage } from "../../../src/checkpoint/encode/encoded-page.ts";
import { runLengthXor, wordDifference } from "../../../src/checkpoint/encode/page-encodings.ts";
import { PAGE_FORM_NAMES } from "../../../src/checkpoint/encode/page-form.ts";
import { decodeInto, patchPage } from "../../../src/checkpoint/encode/page-patch.ts";
import { ByteReader } from "../../../src/sim/byte-reader.ts";
import { ByteWriter } from "../../../src/sim/byte-writer.ts";
import { InvariantError } from "../../../src/sim/errors.ts";
import { PAGE, type PagePair, pagePair, patterned, same } from "./page-samples.ts";

const ENCODINGS = [
  wordDifference({ wordBytes: 4 }),
  wordDifference(),
  wordDifference({ wordBytes: 16 }),
  runLengthXor(),
];

/** What the second page of a pair is sent as. */
function sent(encoding: (typeof ENCODINGS)[number], { before, after }: PagePair): Uint8Array {
  const encoder = encoding.createEncoder();
  encoder.encode(77, before, new ByteWriter());
  const writer = new ByteWriter();
  encoder.encode(77, after, writer);
  return writer.finish();
}

/** The page as it is read, if nothing is left over. */
function read(bytes: Uint8Array): EncodedPage | undefined {
  const reader = new ByteReader(bytes);
  const page = readEncodedPage(reader);
  return reader.complete ? page : undefined;
}

/** Applies what was read to a page with borders, and looks at the borders. */
function applyWithinBorders(encoded: EncodedPage): Uint8Array {
  const around = new Uint8Array(PAGE + 128).fill(0xa5);
  const page = around.subarray(64, 64 + PAGE);
  patchPage(encoded, page);
  expect(around.subarray(0, 64).every((byte) => byte === 0xa5)).toBe(true);
  expect(around.subarray(64 + PAGE).every((byte) => byte === 0xa5)).toBe(true);
  return page;
}

test.each(ENCODINGS.map((encoding, index) => [index, encoding] as const))(
  "encoded page: decoded it is the new page, with encoding %i",
  (_, encoding) => {
    fc.assert(
      fc.property(pagePair, (pair) => {
        const encoded = read(sent(encoding, pair))!;
        expect(encoded.page).toBe(77);
        const target = patterned(9);
        const base = pair.before.slice();
        decodeInto(encoded, base, target);
        expect([same(target, pair.after), same(base, pair.before)]).toEqual([true, true]);
        decodeInto(encoded, base, base);
        expect(same(base, pair.after)).toBe(true);
      }),
    );
  },
);

test("encoded page: cut anywhere, or with a byte more, it is refused", () => {
  const page = patterned(1);
  const after = page.slice();
  after.fill(7, 1000, 1030);
  for (const encoding of ENCODINGS) {
    for (const last of [after, page, new Uint8Array(PAGE), page.map((byte) => byte ^ 255)]) {
      const bytes = sent(encoding, { before: page, after: last });
      expect(read(bytes)).toBeDefined();
      for (let length = 0; length < Math.min(bytes.length, 400); length += 1) {
        const reader = new ByteReader(bytes.subarray(0, length));
        expect(readEncodedPage(reader)).toBeUndefined();
      }
      expect(read(bytes.subarray(0, bytes.length - 1))).toBeUndefined();
      expect(read(new Uint8Array([...bytes, 0]))).toBeUndefined();
    }
  }
});

test("encoded page: a difference that leaves its page, or says nothing, is refused", () => {
  const withPayload = (form: number, ...payload: readonly number[]): Uint8Array =>
    new ByteWriter().u32(1).u8(form).u16(payload.length).bytes(new Uint8Array(payload)).finish();
  expect(read(withPayload(2, 4, 0, 4, 1, 2, 3, 4))).toBeUndefined();
  expect(read(withPayload(2, 4, 255, 3, 1, 2, 3, 4))).toBeDefined();
  expect(read(withPayload(3, 255, 31, 2, 1, 1))).toBeUndefined();
  expect(read(withPayload(3, 255, 31, 1, 1))).toBeDefined();
  expect(read(withPayload(2))).toBeUndefined();
  expect(read(withPayload(3))).toBeUndefined();
});

test("encoded page: mutated bytes are refused, or stay within their page", () => {
  const mutations = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.constantFrom(...ENCODINGS), pagePair, mutations, (encoding, pair, changes) => {
      const bytes = sent(encoding, pair);
      for (const [at, value] of changes) bytes[4 + (at % Math.min(bytes.length - 4, 80))] = value;
      const encoded = read(bytes);
      if (encoded !== undefined) applyWithinBorders(encoded);
    }),
    { numRuns: 2_000 },
  );
});

test("encoded page: arbitrary payloads are refused, or stay within their page", () => {
  const form = fc.constantFrom(0, 1, 2, 3, 4, 5, 255);
  const first = fc.constantFrom(4, 8, 16, 0x84, 0x88, 0x90, 0, 1, 0xff);
  const payload = fc.uint8Array({ maxLength: 300 });
  fc.assert(
    fc.property(form, first, payload, (code, head, rest) => {
      const writer = new ByteWriter().u32(1).u8(code);
      if (code === 2 || code === 3) writer.u16(rest.length + 1);
      const encoded = read(writer.u8(head).bytes(rest).finish());
      if (encoded !== undefined) applyWithinBorders(encoded);
    }),
    { numRuns: 5_000 },
  );
});

test("encoded page: a form that there is not is refused", () => {
  expect(PAGE_FORM_NAMES).toHaveLength(5);
  for (let form = 0; form < 256; form += 1) {
    const bytes = new ByteWriter().u32(1).u8(form).finish();
    expect(read(bytes) !== undefined).toBe(form === 0 || form === 4);
  }
});

test("encoded page: only whole pages are patched, from whole pages", () => {
  const encoded = read(new Uint8Array([1, 0, 0, 0, 0]))!;
  expect(() => patchPage(encoded, new Uint8Array(PAGE - 1))).toThrow(InvariantError);
  expect(() => decodeInto(encoded, new Uint8Array(9), new Uint8Array(PAGE))).toThrow(
    InvariantError,
  );
});
