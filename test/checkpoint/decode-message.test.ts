import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeMessage } from "../../src/checkpoint/decode-message.ts";
import {
  encodeAnswer,
  encodeCommit,
  encodeContents,
  encodeMissing,
  encodeNotice,
} from "../../src/checkpoint/encode-message.ts";
import { CONTENTS_GROUPS_MAX } from "../../src/checkpoint/message.ts";
import { ByteWriter } from "../../src/sim/byte-writer.ts";
import { InvariantError } from "../../src/sim/errors.ts";
import { xxh32 } from "../../src/sim/hash.ts";

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const list = fc.array(u32, { maxLength: 40 });

/** One of each kind of message that has no pages, as bytes. */
const SAMPLES: readonly Uint8Array[] = [
  encodeContents({ term: 1, epoch: 2, checks: [3, 4, 5] }),
  encodeMissing({ term: 1, epoch: 2, groups: [0, 7] }),
  encodeNotice({ type: "prepare", term: 1, epoch: 2 }),
  encodeNotice({ type: "ready", term: 1, epoch: 2 }),
  encodeAnswer({ type: "reject", term: 1, epoch: 2 }),
  encodeCommit({
    ...{ term: 1, epoch: 2, groupCount: 1, check: 9, complete: false },
    ...{ regionPages: [4], registers: new Uint8Array([1, 2, 3]) },
  }),
];

/** A body with a right check value: what a defective, not a damaged, peer could send. */
function sealed(body: Uint8Array): Uint8Array {
  return new ByteWriter().bytes(body).u32(xxh32(body)).finish();
}

const body = (message: Uint8Array): Uint8Array => message.subarray(0, message.length - 4);

test("decode message: a table of contents and a list of missing groups come out as they went in", () => {
  fc.assert(
    fc.property(u32, u32, list, (term, epoch, numbers) => {
      const contents = { term, epoch, checks: numbers };
      expect(decodeMessage(encodeContents(contents))).toEqual({ type: "contents", ...contents });
      const missing = { term, epoch, groups: numbers };
      expect(decodeMessage(encodeMissing(missing))).toEqual({ type: "missing", ...missing });
    }),
  );
});

test("decode message: a warning and the answer to it come out as they went in", () => {
  for (const type of ["prepare", "ready"] as const) {
    const message = { type, term: 3, epoch: 70_000 };
    expect(decodeMessage(encodeNotice(message))).toEqual(message);
  }
});

test("decode message: the commit record of a part of the first copy says so, others do not", () => {
  const commit = {
    ...{ term: 1, epoch: 2, groupCount: 1, check: 9 },
    ...{ regionPages: [4], registers: new Uint8Array([1]) },
  };
  const read = (complete?: boolean) =>
    decodeMessage(encodeCommit(complete === undefined ? commit : { ...commit, complete }));
  expect(read(false)).toEqual({ type: "commit", ...commit, complete: false });
  expect(read(true)).toEqual({ type: "commit", ...commit });
  expect(read()).toEqual({ type: "commit", ...commit });
});

test.each(SAMPLES.map((bytes) => [decodeMessage(bytes)?.type, bytes] as const))(
  "decode message: of %s, cut off or with something behind it, nothing is left",
  (_type, bytes) => {
    for (let length = 0; length < bytes.length - 4; length += 1) {
      expect(decodeMessage(sealed(bytes.subarray(0, length)))).toBeUndefined();
    }
    const longer = new ByteWriter().bytes(body(bytes)).u8(0).finish();
    expect(decodeMessage(sealed(longer))).toBeUndefined();
    expect(decodeMessage(sealed(body(bytes)))).toEqual(decodeMessage(bytes));
  },
);

test.each(SAMPLES.map((bytes) => [decodeMessage(bytes)?.type, bytes] as const))(
  "decode message: any single damaged bit of %s is noticed",
  (_type, bytes) => {
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const damaged = bytes.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      expect(decodeMessage(damaged)).toBeUndefined();
    }
  },
);

test("decode message: any body behind any kind is read or refused, never thrown at", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 12 }), fc.uint8Array({ maxLength: 80 }), (kind, rest) => {
      decodeMessage(sealed(new ByteWriter().u8(kind).bytes(rest).finish()));
    }),
    { numRuns: 2_000 },
  );
});

test("decode message: a list has as many groups as its bound says, and no more", () => {
  const most = Array.from({ length: CONTENTS_GROUPS_MAX }, () => 1);
  expect(decodeMessage(encodeContents({ term: 1, epoch: 1, checks: most }))?.type).toBe("contents");
  const more = [...most, 1];
  expect(() => encodeContents({ term: 1, epoch: 1, checks: more })).toThrow(InvariantError);
  for (const kind of [9, 10]) {
    const writer = new ByteWriter(20 + 4 * more.length).u8(kind).u32(1).u32(1).u32(more.length);
    for (const value of more) writer.u32(value);
    expect(decodeMessage(sealed(writer.finish()))).toBeUndefined();
  }
});
