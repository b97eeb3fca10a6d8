import fc from "fast-check";
import { expect, test } from "vitest";
import {
  decodeSegment,
  encodeSegment,
  FLAG_HELLO,
  FLAG_PUSH,
  MESSAGE_BYTES_MAX,
  SEGMENT_BYTES_MAX,
  SEGMENT_HEADER_BYTES,
  SEGMENT_PAYLOAD_MAX,
  type Segment,
} from "../../src/host/segment.ts";
import { xxh32 } from "../../src/sim/hash.ts";

const PLAIN: Segment = {
  flags: FLAG_PUSH,
  source: 1,
  destination: 2,
  sequence: 3,
  acknowledged: 4,
  roomBytes: 5,
  stampUs: 6,
  echoUs: 7,
  messageBytes: 12,
  offset: 8,
  payload: Uint8Array.of(9, 10, 11),
};

/** Changes some bytes and makes the check value right again. */
function forged(segment: Segment, change: (bytes: Uint8Array) => void): Uint8Array {
  const bytes = encodeSegment(segment);
  change(bytes);
  new DataView(bytes.buffer).setUint32(0, xxh32(bytes.subarray(4)), true);
  return bytes;
}

test("segment: little endian, header of 44 bytes in front of the payload", () => {
  const bytes = encodeSegment(PLAIN);
  expect(bytes.length).toBe(SEGMENT_HEADER_BYTES + 3);
  expect([...bytes.subarray(4)]).toEqual([
    ...[0x01, 0x53, 2, 0],
    ...[1, 2, 3, 4, 5, 6, 7, 12, 8].flatMap((value) => [value, 0, 0, 0]),
    ...[9, 10, 11],
  ]);
});

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const anySegment = fc
  .record({
    flags: fc.constantFrom(0, FLAG_HELLO, FLAG_PUSH, FLAG_HELLO | FLAG_PUSH),
    source: fc.integer({ min: 1, max: 0xffff_ffff }),
    destination: u32,
    sequence: fc.integer({ min: 1, max: 0xffff_ffff }),
    acknowledged: u32,
    roomBytes: u32,
    stampUs: u32,
    echoUs: u32,
    offset: fc.nat(100_000),
    after: fc.nat(100_000),
    payload: fc.uint8Array({ minLength: 1, maxLength: 300 }),
  })
  .map(({ after, ...rest }) => ({
    ...rest,
    messageBytes: rest.offset + rest.payload.length + after,
  }));

test("segment: what is encoded is decoded", () => {
  fc.assert(
    fc.property(anySegment, (segment) => {
      expect(decodeSegment(encodeSegment(segment))).toEqual(segment);
    }),
  );
  const longest = { ...PLAIN, payload: new Uint8Array(SEGMENT_PAYLOAD_MAX), offset: 0 };
  const whole = { ...longest, messageBytes: MESSAGE_BYTES_MAX };
  expect(encodeSegment(whole).length).toBe(SEGMENT_BYTES_MAX);
  expect(decodeSegment(encodeSegment(whole))).toEqual(whole);
});

test("segment: decoding reads at any place in a buffer and copies nothing", () => {
  const bytes = encodeSegment(PLAIN);
  const buffer = new Uint8Array(bytes.length + 5);
  buffer.set(bytes, 5);
  const segment = decodeSegment(buffer.subarray(5));
  expect(segment).toEqual(PLAIN);
  expect((segment as Segment).payload.buffer).toBe(buffer.buffer);
});

test("segment: any damaged bit is noticed", () => {
  fc.assert(
    fc.property(anySegment, fc.nat(), fc.nat(7), (segment, place, bit) => {
      const bytes = encodeSegment(segment);
      bytes[place % bytes.length]! ^= 1 << bit;
      expect(typeof decodeSegment(bytes)).toBe("string");
    }),
  );
});

test("segment: a shortened or lengthened one is noticed", () => {
  const bytes = encodeSegment(PLAIN);
  for (let length = 0; length < bytes.length; length += 1) {
    const short = bytes.slice(0, length);
    const reason = length < SEGMENT_HEADER_BYTES ? "too-short" : "check-value";
    expect(decodeSegment(short)).toBe(reason);
  }
  expect(decodeSegment(Uint8Array.of(...bytes, 0))).toBe("check-value");
  expect(decodeSegment(new Uint8Array(SEGMENT_BYTES_MAX + 1))).toBe("too-long");
});

test("segment: random bytes are no segment", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(typeof decodeSegment(bytes)).toBe("string");
    }),
  );
});

test("segment: a right check value does not make nonsense right", () => {
  const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer);
  expect(decodeSegment(forged(PLAIN, (bytes) => view(bytes).setUint16(4, 7, true)))).toBe(
    "no-segment",
  );
  expect(decodeSegment(forged(PLAIN, (bytes) => view(bytes).setUint16(6, 4, true)))).toBe(
    "no-segment",
  );
  expect(decodeSegment(encodeSegment({ ...PLAIN, source: 0 }))).toBe("no-segment");
});

test.each([
  { offset: 10 },
  { messageBytes: 10 },
  { offset: 0xffff_ffff },
  { messageBytes: MESSAGE_BYTES_MAX + 1 },
  { sequence: 0 },
  { payload: new Uint8Array(0) },
  { sequence: 0, payload: new Uint8Array(0) },
])("segment: impossible extents are refused: %j", (change) => {
  expect(decodeSegment(encodeSegment({ ...PLAIN, ...change }))).toBe("bad-extent");
});

test("segment: empty messages and segments without data are fine", () => {
  const empty = { ...PLAIN, messageBytes: 0, offset: 0, payload: new Uint8Array(0) };
  expect(decodeSegment(encodeSegment(empty))).toEqual(empty);
  const answer = { ...empty, sequence: 0 };
  expect(decodeSegment(encodeSegment(answer))).toEqual(answer);
});
