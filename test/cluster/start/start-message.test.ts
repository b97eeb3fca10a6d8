import { expect, test } from "vitest";
import {
  decodeStartMessage,
  encodeStartMessage,
  preparePort,
  readyPort,
} from "../../../src/cluster/start/start-message.ts";
import { ByteWriter } from "../../../src/sim/byte-writer.ts";
import { sealed } from "../../../src/sim/sealed-bytes.ts";

const messages = [
  { what: "prepare", attempt: 1 },
  { what: "ready", attempt: 0xffff_ffff },
] as const;

test.each(messages)("start message: $what arrives as it was sent", (message) => {
  expect(decodeStartMessage(encodeStartMessage(message))).toEqual(message);
});

test("start message: damaged, cut, prolonged or of another type it is none", () => {
  const bytes = encodeStartMessage(messages[0]);
  for (let at = 0; at < bytes.length; at += 1) {
    const damaged = bytes.slice();
    damaged[at]! ^= 0x10;
    expect(decodeStartMessage(damaged)).toBeUndefined();
    expect(decodeStartMessage(bytes.subarray(0, at))).toBeUndefined();
  }
  const longer = sealed(new ByteWriter().u8(1).u32(1).u8(0));
  const unknown = sealed(new ByteWriter().u8(3).u32(1));
  expect([decodeStartMessage(longer), decodeStartMessage(unknown)]).toEqual([undefined, undefined]);
});

test("start message: questions and answers of each machine have ports of their own", () => {
  const ports = [preparePort("m"), readyPort("m"), preparePort("n"), readyPort("n")];
  expect(new Set(ports).size).toBe(4);
});
