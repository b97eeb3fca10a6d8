// covers src/lockstep/compare/compare-message.ts, src/lockstep/compare/encode-message.ts, src/lockstep/compare/decode-message.ts, src/lockstep/compare/message-code.ts
import { describe, expect, test } from "vitest";
import { PACKET_BYTES_MAX } from "../../../src/guest/packet.ts";
import {
  type CompareMessage,
  LIST_PAGES_MAX,
} from "../../../src/lockstep/compare/compare-message.ts";
import { decodeCompareMessage } from "../../../src/lockstep/compare/decode-message.ts";
import { encodeCompareMessage } from "../../../src/lockstep/compare/encode-message.ts";
import { ByteWriter } from "../../../src/sim/byte-writer.ts";
import { xxh32 } from "../../../src/sim/hash.ts";

const packet = Uint8Array.from([1, 2, 3]);
const messages: readonly CompareMessage[] = [
  { type: "input", order: 7, packet },
  { type: "cut", epoch: 3, inputs: 9 },
  { type: "stop", epoch: 4 },
  { type: "written", epoch: 4, isLast: false, pages: [1, 4_000_000] },
  { type: "written", epoch: 4, isLast: true, pages: [] },
  { type: "output", epoch: 2, order: 0xffff_ffff, packet: new Uint8Array(PACKET_BYTES_MAX) },
  { type: "same", epoch: 1, order: 2 },
  { type: "differs", epoch: 1, order: 2, reason: "time-out" },
  { type: "differs", epoch: 1, order: 0, reason: "queue-full" },
];

/** Bytes with a right check value. */
function sealed(...bytes: readonly number[]): Uint8Array {
  const writer = new ByteWriter().bytes(Uint8Array.from(bytes));
  return writer.u32(xxh32(writer.written())).finish();
}

describe("messages of comparing", () => {
  test.each(messages)("$type is read as it was written", (message) => {
    expect(decodeCompareMessage(encodeCompareMessage(message).slice())).toEqual(message);
  });

  test.each(messages)("$type with any bit changed or any byte missing is none", (message) => {
    const bytes = encodeCompareMessage(message).slice(0, 60);
    const whole = encodeCompareMessage(message);
    for (let at = 0; at < bytes.length * 8; at += 1) {
      const damaged = whole.slice();
      damaged[at >> 3]! ^= 1 << (at & 7);
      expect(decodeCompareMessage(damaged)).toBeUndefined();
    }
    for (let length = 0; length < bytes.length; length += 1) {
      expect(decodeCompareMessage(whole.slice(0, length))).toBeUndefined();
    }
  });

  test("what has a right check value and is no message is none either", () => {
    expect(decodeCompareMessage(sealed())).toBeUndefined();
    // an unknown kind; a stop with something behind it
    expect(decodeCompareMessage(sealed(9, 0, 0, 0, 0))).toBeUndefined();
    expect(decodeCompareMessage(sealed(3, 1, 0, 0, 0, 0))).toBeUndefined();
    // a packet that is too long; a reason that there is not; a flag that is none
    const input = [1, 0, 0, 0, 0, (PACKET_BYTES_MAX + 1) & 0xff, PACKET_BYTES_MAX >> 8];
    const rest = new Array<number>(PACKET_BYTES_MAX + 1).fill(0);
    expect(decodeCompareMessage(sealed(...input, ...rest))).toBeUndefined();
    expect(decodeCompareMessage(sealed(7, 0, 0, 0, 0, 0, 0, 0, 0, 3))).toBeUndefined();
    expect(decodeCompareMessage(sealed(4, 0, 0, 0, 0, 2, 0, 0))).toBeUndefined();
    // a list that says it has more than it has
    expect(decodeCompareMessage(sealed(4, 0, 0, 0, 0, 1, 2, 0, 1, 0, 0, 0))).toBeUndefined();
  });

  test("a list of pages is bounded", () => {
    const pages = Array.from({ length: LIST_PAGES_MAX }, (_none, page) => page);
    const list = { type: "written", epoch: 1, isLast: true, pages } as const;
    expect(decodeCompareMessage(encodeCompareMessage(list))).toEqual(list);
    expect(() => encodeCompareMessage({ ...list, pages: [...pages, 1] })).toThrow("bound");
  });
});
