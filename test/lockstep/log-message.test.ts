// covers src/lockstep/encode-log-message.ts, src/lockstep/decode-log-message.ts, src/lockstep/log-message-code.ts, src/lockstep/log-message.ts
import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeLogMessage } from "../../src/lockstep/decode-log-message.ts";
import { encodeLogMessage } from "../../src/lockstep/encode-log-message.ts";
import { type Answer, DISK_READ_BYTES_MAX, type LogEntry } from "../../src/lockstep/log-entry.ts";
import type { LogMessage } from "../../src/lockstep/log-message.ts";
import { xxh32 } from "../../src/sim/hash.ts";

const u32 = fc.nat(0xffff_ffff);
const position = fc.maxSafeNat();
const answer = fc.oneof(
  fc.record({ service: fc.constant("clock" as const), value: fc.maxSafeInteger() }),
  fc.record({ service: fc.constant("random" as const), value: u32 }),
  fc.record({ service: fc.constant("disk" as const), bytes: fc.uint8Array({ maxLength: 30 }) }),
);
const stretch = fc.record({
  type: fc.constant("stretch" as const),
  input: fc.option(fc.uint8Array({ maxLength: 40 }), { nil: undefined }),
  answers: fc.array(answer, { maxLength: 5 }),
  usedNs: u32,
  boundary: fc.constantFrom("idle" as const, "budget" as const),
  instructions: u32,
  check: u32,
});
const mark = fc.record({ type: fc.constant("mark" as const), epoch: u32 });
const entries: fc.Arbitrary<LogEntry[]> = fc.array(fc.oneof(stretch, mark), { maxLength: 8 });
const message: fc.Arbitrary<LogMessage> = fc.oneof(
  fc.record({
    type: fc.constant("batch" as const),
    term: u32,
    first: position.map((value) => Math.max(1, value)),
    released: position,
    entries,
  }),
  fc
    .record({ term: u32, position, part: fc.double({ min: 0, max: 1, noNaN: true }) })
    .map(({ term, position: at, part }) => {
      const replayed = Math.min(at, Math.floor(at * part));
      return { type: "stored" as const, term, position: at, replayed };
    }),
  fc.record({ type: fc.constant("missing" as const), term: u32, position }),
  fc.record({
    type: fc.constant("diverged" as const),
    term: u32,
    position,
    pages: fc.array(u32, { maxLength: 6 }),
  }),
  fc.record({ type: fc.constant("error" as const), term: u32, position }),
);

test("log message: every message survives its bytes", () => {
  fc.assert(
    fc.property(message, (given) => {
      expect(decodeLogMessage(encodeLogMessage(given))).toEqual(given);
    }),
  );
});

test("log message: one that is cut short, longer or damaged is none", () => {
  fc.assert(
    fc.property(message, fc.nat(), fc.integer({ min: 1, max: 255 }), (given, at, flip) => {
      const bytes = encodeLogMessage(given);
      expect(decodeLogMessage(bytes.subarray(0, at % bytes.length))).toBeUndefined();
      expect(decodeLogMessage(Uint8Array.of(...bytes, 0))).toBeUndefined();
      const damaged = bytes.slice();
      damaged[at % bytes.length]! ^= flip;
      expect(decodeLogMessage(damaged)).toBeUndefined();
    }),
  );
});

test("log message: bytes that carry a right check value may still say anything", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.integer({ min: 0, max: 6 }), (body, code) => {
      const bytes = Uint8Array.of(code, ...body);
      const sealed = new Uint8Array(bytes.length + 4);
      sealed.set(bytes);
      new DataView(sealed.buffer).setUint32(bytes.length, xxh32(bytes), true);
      const read = decodeLogMessage(sealed);
      // What is believed is what was written: it makes the same bytes again.
      if (read !== undefined)
        expect(encodeLogMessage(read).length).toBeLessThanOrEqual(sealed.length);
    }),
    { numRuns: 500 },
  );
});

/** A batch of one stretch with one answer, another word so far from its end, more bytes, and a right check value. */
function patched(answer: Answer, fromEnd: number, value: number, more = 0): Uint8Array {
  const entry = { type: "stretch", answers: [answer] } as const;
  const full = { ...entry, usedNs: 1, boundary: "idle", instructions: 0, check: 2 } as const;
  const bytes = encodeLogMessage({
    ...{ type: "batch", term: 1, first: 1, released: 0 },
    entries: [full],
  });
  const body = new Uint8Array(bytes.length - 4 + more);
  body.set(bytes.subarray(0, -4));
  new DataView(body.buffer).setUint32(bytes.length - 4 - fromEnd, value, true);
  const sealed = new Uint8Array(body.length + 4);
  sealed.set(body);
  new DataView(sealed.buffer).setUint32(body.length, xxh32(body), true);
  return sealed;
}

test("log message: an announced count of answers is bounded by the bytes that are there", () => {
  const answer = { service: "random", value: 1 } as const;
  expect(decodeLogMessage(patched(answer, 9, 1))).toBeDefined();
  expect(decodeLogMessage(patched(answer, 9, 0xffff_ffff))).toBeUndefined();
});

test("log message: an announced length of a read is bounded, and by the bytes that are there", () => {
  const disk = (length: number) => ({ service: "disk", bytes: new Uint8Array(length) }) as const;
  const largest = disk(DISK_READ_BYTES_MAX);
  const lengthAt = DISK_READ_BYTES_MAX + 4;
  expect(decodeLogMessage(patched(largest, lengthAt, DISK_READ_BYTES_MAX))).toBeDefined();
  for (const length of [DISK_READ_BYTES_MAX - 1, DISK_READ_BYTES_MAX + 1, 0xffff_ffff]) {
    expect(decodeLogMessage(patched(largest, lengthAt, length))).toBeUndefined();
  }
  expect(decodeLogMessage(patched(disk(8), 12, 9))).toBeUndefined();
  expect(decodeLogMessage(patched(disk(8), 12, 9, 1))).toBeDefined();
  // One that is there, and more than a disk can have read.
  const beyond = patched(largest, lengthAt, DISK_READ_BYTES_MAX + 1, 1);
  expect(decodeLogMessage(beyond)).toBeUndefined();
  expect(() => patched(disk(DISK_READ_BYTES_MAX + 1), 4, 0)).toThrow("a read keeps its bound");
});
