import { expect, test } from "vitest";
import {
  encodeKeyValueReply,
  encodeKeyValueRequest,
  type KeyValueReply,
  type KeyValueRequest,
} from "../../../src/guest/key-value-protocol.ts";
import { SessionStatus } from "../../../src/guest/session-status.ts";
import { counterCall, keyValueCall } from "../../../src/verify/history/guest-calls.ts";

const key = Uint8Array.of(0x0a, 0xff);
const value = Uint8Array.of(7);
const call = (request: KeyValueRequest, reply?: KeyValueReply) =>
  keyValueCall(encodeKeyValueRequest(request), reply && encodeKeyValueReply(reply));

test("guest calls: a get tells the value, that there is none, or nothing", () => {
  const of = { f: "get", key: "0aff", input: null };
  expect(call({ op: "get", key }, { status: "ok", value })).toEqual({ ...of, output: "07" });
  expect(call({ op: "get", key }, { status: "not-found" })).toEqual({ ...of, output: null });
  expect(call({ op: "get", key })).toEqual(of);
});

test("guest calls: a put tells its value if it was done, and nothing if there was no room", () => {
  const of = { f: "put", key: "0aff", input: "07" };
  expect(call({ op: "put", key, value }, { status: "ok" })).toEqual({ ...of, output: "07" });
  expect(call({ op: "put", key, value }, { status: "full" })).toEqual(of);
  expect(call({ op: "put", key, value })).toEqual(of);
});

test("guest calls: a delete tells whether something was there", () => {
  const of = { f: "delete", key: "0aff", input: null };
  expect(call({ op: "delete", key }, { status: "ok" })).toEqual({ ...of, output: true });
  expect(call({ op: "delete", key }, { status: "not-found" })).toEqual({ ...of, output: false });
  expect(call({ op: "delete", key })).toEqual(of);
});

test("guest calls: a cas tells whether it was done, and nothing if there was no room", () => {
  const request = { op: "cas", key, expected: undefined, value } as const;
  const of = { f: "cas", key: "0aff", input: [null, "07"] };
  expect(call(request, { status: "ok" })).toEqual({ ...of, output: true });
  expect(call(request, { status: "mismatch" })).toEqual({ ...of, output: false });
  expect(call(request, { status: "full" })).toEqual(of);
  expect(call(request)).toEqual(of);
  const expected = Uint8Array.of(1, 2);
  expect(call({ ...request, expected })).toMatchObject({ input: ["0102", "07"] });
});

test("guest calls: what the session layer refused tells nothing", () => {
  const refused = Uint8Array.of(SessionStatus.replyForgotten);
  const asked = encodeKeyValueRequest({ op: "get", key });
  expect(keyValueCall(asked, refused)).toEqual({ f: "get", key: "0aff", input: null });
});

test("guest calls: a request that is none reads nothing", () => {
  expect(keyValueCall(Uint8Array.of(99), undefined)).toEqual({ f: "get", key: "", input: null });
});

test("guest calls: an increment tells the count that it came to", () => {
  expect(counterCall(new Uint8Array(0), undefined)).toEqual({ f: "increment", input: null });
  expect(counterCall(new Uint8Array(0), Uint8Array.of(5, 0, 0, 0, 0, 0, 0, 0))).toEqual({
    f: "increment",
    input: null,
    output: 5,
  });
});
