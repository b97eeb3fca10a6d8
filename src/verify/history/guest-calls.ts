import { counterValue } from "../../guest/counter.ts";
import { decodeKeyValueReply, decodeKeyValueRequest } from "../../guest/key-value-protocol.ts";
import { sessionStatusOf } from "../../guest/session-status.ts";
import type { ReadCall } from "./client-history.ts";

/** Requests of the `counter` guest, for the `counter` model. */
export const counterCall: ReadCall = (_request, reply) => {
  const value = reply && counterValue(reply);
  return { f: "increment", input: null, ...(value === undefined ? {} : { output: value }) };
};

/** Requests of the `keyValue` guest, for the `key-value` model; bytes as hexadecimal text. */
export const keyValueCall: ReadCall = (request, reply) => {
  const asked = decodeKeyValueRequest(request);
  if (asked === undefined) return { f: "get", key: "", input: null };
  const key = hex(asked.key);
  const refused = reply !== undefined && sessionStatusOf(reply) !== undefined;
  const told = reply === undefined || refused ? undefined : decodeKeyValueReply(reply);
  const done = told?.status === "ok";
  switch (asked.op) {
    case "get": {
      const value = told?.status === "ok" && told.value !== undefined ? hex(told.value) : null;
      return { f: "get", key, input: null, ...(told === undefined ? {} : { output: value }) };
    }
    case "put": {
      const value = hex(asked.value);
      return { f: "put", key, input: value, ...(done ? { output: value } : {}) };
    }
    case "delete":
      return { f: "delete", key, input: null, ...(told === undefined ? {} : { output: done }) };
    case "cas": {
      const expected = asked.expected === undefined ? null : hex(asked.expected);
      const input = [expected, hex(asked.value)];
      const full = told?.status === "full";
      return { f: "cas", key, input, ...(told === undefined || full ? {} : { output: done }) };
    }
  }
};

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
