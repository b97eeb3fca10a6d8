// covers src/cluster/fencing/array-message.ts
import { expect, test } from "vitest";
import {
  answerPort,
  decodeAnswer,
  decodeWrite,
  encodeAnswer,
  encodeWrite,
} from "../../../src/cluster/fencing/array-message.ts";
import {
  confirmationPort,
  decodePower,
  encodePower,
} from "../../../src/cluster/fencing/power-message.ts";
import { PAGE_SIZE } from "../../../src/memory/page.ts";

const about = { machine: "m", term: 2 };
const order = encodePower({ type: "order", ...about });
const confirmed = encodePower({ type: "confirmed", ...about });
const bytes = new Uint8Array(PAGE_SIZE).fill(7);
const write = encodeWrite({ ...about, order: 3, page: 9, bytes });
const answer = encodeAnswer({ ...about, order: 3, written: false });

test("fencing messages: each comes out as it went in", () => {
  expect(decodePower(order)).toEqual({ type: "order", ...about });
  expect(decodePower(confirmed)).toEqual({ type: "confirmed", ...about });
  expect(decodeWrite(write)).toEqual({ ...about, order: 3, page: 9, bytes });
  expect(decodeAnswer(answer)).toEqual({ ...about, order: 3, written: false });
});

test("fencing messages: none is taken for another, nor anything damaged for one", () => {
  const decoders = [decodePower, decodeWrite, decodeAnswer];
  const known = [order, confirmed, write, answer].map((message) =>
    decoders.map((decode) => decode(message) !== undefined),
  );
  expect(known).toEqual([
    [true, false, false],
    [true, false, false],
    [false, true, false],
    [false, false, true],
  ]);
  for (const message of [order, answer, write]) {
    for (let bit = 0; bit < 200; bit += 1) {
      const damaged = message.slice();
      damaged[(bit * 7) % message.length]! ^= 1 << (bit & 7);
      for (const decode of decoders) expect(decode(damaged)).toBeUndefined();
    }
    for (const decode of decoders) expect(decode(message.subarray(1))).toBeUndefined();
  }
});

test("fencing messages: ports are named after the machine", () => {
  expect([confirmationPort("m"), answerPort("m")]).toEqual(["power m", "array m"]);
});
