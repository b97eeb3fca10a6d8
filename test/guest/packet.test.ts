import fc from "fast-check";
import { expect, test } from "vitest";
import {
  decodePacket,
  encodePacket,
  PACKET_BYTES_MAX,
  PACKET_HEADER_BYTES,
  PAYLOAD_BYTES_MAX,
} from "../../src/guest/packet.ts";

const U32_MAX = 0xffff_ffff;

test("packet: what is encoded is decoded", () => {
  const field = fc.integer({ min: 0, max: U32_MAX });
  const payloads = fc.uint8Array({ maxLength: PAYLOAD_BYTES_MAX });
  fc.assert(
    fc.property(field, field, payloads, (client, number, payload) => {
      const bytes = encodePacket({ client, number, payload });
      expect(bytes).toHaveLength(PACKET_HEADER_BYTES + payload.length);
      expect(decodePacket(bytes)).toEqual({ client, number, payload });
    }),
  );
});

test("packet: client and number are little endian, in front of the payload", () => {
  const payload = Uint8Array.of(9);
  const bytes = encodePacket({ client: 0x0102_0304, number: 5, payload });
  expect([...bytes]).toEqual([4, 3, 2, 1, 5, 0, 0, 0, 9]);
});

test("packet: bytes that are too short or too long are none", () => {
  for (const length of [0, 1, PACKET_HEADER_BYTES - 1, PACKET_BYTES_MAX + 1]) {
    expect(decodePacket(new Uint8Array(length))).toBeUndefined();
  }
  expect(decodePacket(new Uint8Array(PACKET_HEADER_BYTES))?.payload).toHaveLength(0);
  expect(decodePacket(new Uint8Array(PACKET_BYTES_MAX))?.payload).toHaveLength(PAYLOAD_BYTES_MAX);
});

test("packet: a view into a larger buffer is decoded at its place", () => {
  const frame = new Uint8Array(32);
  frame.set(encodePacket({ client: 1, number: 2, payload: Uint8Array.of(3) }), 10);
  expect(decodePacket(frame.subarray(10, 19))).toEqual({
    client: 1,
    number: 2,
    payload: Uint8Array.of(3),
  });
});

test("packet: fields that do not fit are refused", () => {
  const payload = new Uint8Array(0);
  for (const bad of [-1, U32_MAX + 1, 0.5, Number.NaN]) {
    expect(() => encodePacket({ client: bad, number: 1, payload })).toThrow(RangeError);
    expect(() => encodePacket({ client: 1, number: bad, payload })).toThrow(RangeError);
  }
  const tooLong = new Uint8Array(PAYLOAD_BYTES_MAX + 1);
  expect(() => encodePacket({ client: 1, number: 1, payload: tooLong })).toThrow(
    "expected a payload of at most 1464 bytes, got 1465",
  );
});
