import fc from "fast-check";
import { expect, test } from "vitest";
import {
  decodeKeyValueReply,
  decodeKeyValueRequest,
  encodeKeyValueReply,
  encodeKeyValueRequest,
  KEY_BYTES_MAX,
  KEY_VALUE_REPLY_BYTES_MAX,
  type KeyValueReply,
  type KeyValueRequest,
  VALUE_BYTES_MAX,
} from "../../src/guest/key-value-protocol.ts";

const keys = fc.uint8Array({ minLength: 1, maxLength: KEY_BYTES_MAX });
const values = fc.uint8Array({ maxLength: VALUE_BYTES_MAX });
const requests: fc.Arbitrary<KeyValueRequest> = fc.oneof(
  fc.record({ op: fc.constant("get" as const), key: keys }),
  fc.record({ op: fc.constant("delete" as const), key: keys }),
  fc.record({ op: fc.constant("put" as const), key: keys, value: values }),
  fc.record({
    op: fc.constant("cas" as const),
    key: keys,
    expected: fc.option(values, { nil: undefined }),
    value: values,
  }),
);
const replies: fc.Arbitrary<KeyValueReply> = fc.oneof(
  fc.record({ status: fc.constant("ok" as const), value: values }),
  fc.record({
    status: fc.constantFrom("ok" as const, "not-found" as const, "mismatch" as const),
  }),
  fc.record({ status: fc.constantFrom("full" as const, "malformed" as const) }),
);

test("key-value protocol: requests and replies come out as they went in", () => {
  fc.assert(
    fc.property(requests, replies, (request, reply) => {
      expect(decodeKeyValueRequest(encodeKeyValueRequest(request))).toEqual(request);
      const bytes = encodeKeyValueReply(reply);
      expect(bytes.length).toBeLessThanOrEqual(KEY_VALUE_REPLY_BYTES_MAX);
      expect(decodeKeyValueReply(bytes)).toEqual(reply);
    }),
  );
});

test("key-value protocol: a request that is cut or has bytes behind it is none", () => {
  fc.assert(
    fc.property(requests, fc.nat(), (request, pick) => {
      const bytes = encodeKeyValueRequest(request);
      expect(decodeKeyValueRequest(bytes.subarray(0, pick % bytes.length))).toBeUndefined();
      expect(decodeKeyValueRequest(Uint8Array.of(...bytes, 0))).toBeUndefined();
    }),
  );
});

test("key-value protocol: any bytes are decoded or refused, never more than there are", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const request = decodeKeyValueRequest(bytes);
      if (request !== undefined) expect(encodeKeyValueRequest(request)).toEqual(bytes);
      const reply = decodeKeyValueReply(bytes);
      if (reply !== undefined) expect(encodeKeyValueReply(reply)).toEqual(bytes);
    }),
    { numRuns: 2_000 },
  );
});

test("key-value protocol: out-of-bounds lengths are refused on both sides", () => {
  const key = Uint8Array.of(1);
  const value = new Uint8Array(VALUE_BYTES_MAX + 1);
  expect(() => encodeKeyValueRequest({ op: "get", key: new Uint8Array(0) })).toThrow(RangeError);
  expect(() => encodeKeyValueRequest({ op: "get", key: new Uint8Array(65) })).toThrow(
    "expected a key of 1 to 64 bytes, got 65",
  );
  expect(() => encodeKeyValueRequest({ op: "put", key, value })).toThrow(RangeError);
  expect(() => encodeKeyValueReply({ status: "ok", value })).toThrow(RangeError);
  expect(decodeKeyValueRequest(Uint8Array.of(0, 0))).toBeUndefined();
  expect(decodeKeyValueRequest(Uint8Array.of(0, 65, ...new Uint8Array(65)))).toBeUndefined();
  expect(decodeKeyValueRequest(Uint8Array.of(4, 1, 1))).toBeUndefined();
  const tooLong = Uint8Array.of(1, 1, 1, 1, 1, ...value); // put, key 01, 257 bytes
  expect(decodeKeyValueRequest(tooLong)).toBeUndefined();
  expect(decodeKeyValueRequest(Uint8Array.of(3, 1, 1, 2, 0, 0))).toBeUndefined();
});

test("key-value protocol: an answer of the session layer is no reply of the program", () => {
  expect(decodeKeyValueReply(Uint8Array.of(0xf0))).toBeUndefined();
  expect(decodeKeyValueReply(new Uint8Array(0))).toBeUndefined();
  expect(decodeKeyValueReply(Uint8Array.of(1, 0, 0))).toBeUndefined();
});
