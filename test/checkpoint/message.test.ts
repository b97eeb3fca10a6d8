// covers src/checkpoint/page-group.ts, src/checkpoint/chain-check.ts, src/checkpoint/encode-message.ts, src/checkpoint/message-code.ts
import fc from "fast-check";
import { expect, test } from "vitest";
import { chainCheck } from "../../src/checkpoint/chain-check.ts";
import { decodeMessage } from "../../src/checkpoint/decode-message.ts";
import { decodeInto } from "../../src/checkpoint/encode/page-patch.ts";
import { encodeAnswer, encodeCommit, encodeGroup } from "../../src/checkpoint/encode-message.ts";
import { REGIONS_MAX, REGISTER_BYTES_MAX } from "../../src/checkpoint/message.ts";
import { GROUP_PAGES_MAX } from "../../src/checkpoint/page-group.ts";
import { ByteWriter } from "../../src/sim/byte-writer.ts";
import { InvariantError } from "../../src/sim/errors.ts";
import { xxh32 } from "../../src/sim/hash.ts";

const PAGE = 4096;
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });

const page = fc.record({
  page: u32,
  bytes: fc
    .tuple(fc.integer({ min: 0, max: PAGE - 1 }), fc.integer({ min: 0, max: 255 }))
    .map(([at, value]) => new Uint8Array(PAGE).fill(value, at)),
});

const group = fc.record({
  term: u32,
  epoch: u32,
  group: u32,
  pages: fc.array(page, { maxLength: GROUP_PAGES_MAX }),
});

const commit = fc.record({
  term: u32,
  epoch: u32,
  groupCount: u32,
  check: u32,
  regionPages: fc.array(u32, { maxLength: REGIONS_MAX }),
  registers: fc.uint8Array({ maxLength: 300 }),
});

/** A body with a right check value: what a defective, not a damaged, peer could send. */
function sealed(body: (writer: ByteWriter) => ByteWriter): Uint8Array {
  const writer = body(new ByteWriter());
  return writer.u32(xxh32(writer.written())).finish();
}

test("message: a group comes out as it went in, with its check value", () => {
  fc.assert(
    fc.property(group, (message) => {
      const { bytes, check } = encodeGroup(message);
      const decoded = decodeMessage(bytes);
      if (decoded?.type !== "group") throw new Error("expected a group");
      const pages = decoded.pages.map((encoded) => {
        const target = new Uint8Array(PAGE);
        decodeInto(encoded, new Uint8Array(PAGE), target);
        return { page: encoded.page, bytes: target };
      });
      expect({ ...decoded, pages }).toEqual({ type: "group", check, ...message });
    }),
    { numRuns: 20 },
  );
});

test("message: a commit record comes out as it went in", () => {
  fc.assert(
    fc.property(commit, (message) => {
      expect(decodeMessage(encodeCommit(message))).toEqual({ type: "commit", ...message });
    }),
  );
});

test("message: answers come out as they went in", () => {
  for (const type of ["acknowledge", "reject"] as const) {
    const message = { type, term: 3, epoch: 70_000 };
    expect(decodeMessage(encodeAnswer(message))).toEqual(message);
  }
  const feedback = { listed: [1, 70_000], unlisted: [3] };
  const told = { type: "acknowledge", term: 3, epoch: 4, feedback } as const;
  expect(decodeMessage(encodeAnswer(told))).toEqual(told);
});

test("message: a zero page travels without its contents", () => {
  const pages = [{ page: 9, bytes: new Uint8Array(PAGE) }];
  expect(encodeGroup({ term: 1, epoch: 1, group: 0, pages }).bytes.length).toBeLessThan(32);
});

test("message: any single damaged bit is noticed", () => {
  const { bytes } = encodeGroup({
    term: 1,
    epoch: 2,
    group: 0,
    pages: [{ page: 1, bytes: new Uint8Array(PAGE).fill(1) }],
  });
  fc.assert(
    fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
      const damaged = bytes.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      expect(decodeMessage(damaged)).toBeUndefined();
    }),
  );
});

test("message: without verification damage goes through, which only tests ask for", () => {
  const { bytes } = encodeGroup({
    term: 1,
    epoch: 2,
    group: 0,
    pages: [{ page: 1, bytes: new Uint8Array(PAGE).fill(1) }],
  });
  bytes[100]! ^= 1;
  expect(decodeMessage(bytes, false)?.type).toBe("group");
});

test("message: arbitrary bytes are refused, never thrown at", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(decodeMessage(bytes)).toBeUndefined();
      decodeMessage(bytes, false);
    }),
  );
});

test("message: counts beyond their bounds are refused whatever the check value says", () => {
  const pages = sealed((w) =>
    w
      .u8(1)
      .u32(1)
      .u32(1)
      .u32(0)
      .u16(GROUP_PAGES_MAX + 1),
  );
  const regions = sealed((w) =>
    w
      .u8(2)
      .u32(1)
      .u32(1)
      .u32(0)
      .u32(0)
      .u16(REGIONS_MAX + 1),
  );
  const registers = sealed((w) => w.u8(2).u32(1).u32(1).u32(0).u32(0).u16(0).u32(0xffff_ffff));
  const form = sealed((w) => w.u8(1).u32(1).u32(1).u32(0).u16(1).u32(5).u8(9));
  const type = sealed((w) => w.u8(77).u32(1).u32(1));
  for (const bytes of [pages, regions, registers, form, type]) {
    expect(decodeMessage(bytes)).toBeUndefined();
  }
});

/** A commit record with so many regions and register bytes, sent and read. */
const commitOf = (regions: number, registerBytes: number) =>
  decodeMessage(
    encodeCommit({
      term: 1,
      epoch: 1,
      groupCount: 0,
      check: 0,
      regionPages: Array.from({ length: regions }, () => 7),
      registers: new Uint8Array(registerBytes),
    }),
  );

test("message: a commit record has as many regions and registers as its bounds say, and no more", () => {
  expect(commitOf(REGIONS_MAX, 4)?.type).toBe("commit");
  expect(commitOf(REGIONS_MAX + 1, 4)).toBeUndefined();
  expect(commitOf(1, REGISTER_BYTES_MAX)?.type).toBe("commit");
  expect(commitOf(1, REGISTER_BYTES_MAX + 1)).toBeUndefined();
});

test("message: a whole group of more pages than one may have is refused", () => {
  const zeroPages = (count: number): Uint8Array =>
    sealed((w) => {
      w.u8(1).u32(1).u32(1).u32(0).u16(count);
      for (let number = 0; number < count; number += 1) w.u32(number).u8(0);
      return w;
    });
  expect(decodeMessage(zeroPages(GROUP_PAGES_MAX))?.type).toBe("group");
  expect(decodeMessage(zeroPages(GROUP_PAGES_MAX + 1))).toBeUndefined();
});

test("message: a copy that is not one page long is a defect of the sender", () => {
  const pages = [{ page: 1, bytes: new Uint8Array(PAGE - 1).fill(1) }];
  expect(() => encodeGroup({ term: 1, epoch: 1, group: 0, pages })).toThrow(InvariantError);
});

test("message: a group beyond its bound is a defect of the sender", () => {
  const pages = Array.from({ length: GROUP_PAGES_MAX + 1 }, (_, number) => ({
    page: number,
    bytes: new Uint8Array(PAGE),
  }));
  expect(() => encodeGroup({ term: 1, epoch: 1, group: 0, pages })).toThrow(InvariantError);
});

test("message: the chained check value depends on order", () => {
  expect(chainCheck([1, 2])).not.toBe(chainCheck([2, 1]));
  expect(chainCheck([])).not.toBe(chainCheck([0]));
});
