import fc from "fast-check";
import { expect, test } from "vitest";
import {
  decodeClaim,
  decodeVerdict,
  encodeClaim,
  encodeVerdict,
} from "../../src/cluster/witness-message.ts";

const machine = fc.string({ maxLength: 40 }).map((text) => text.replaceAll(/[^\x20-\x7e]/g, "?"));
const term = fc.integer({ min: 0, max: 0xffff_ffff });

test("witness message: claims and verdicts come out as they went in", () => {
  fc.assert(
    fc.property(machine, term, fc.boolean(), (name, number, granted) => {
      const claim = { machine: name, term: number };
      expect(decodeClaim(encodeClaim(claim))).toEqual(claim);
      expect(decodeVerdict(encodeVerdict({ ...claim, granted }))).toEqual({ ...claim, granted });
    }),
  );
});

test("witness message: one is never taken for the other, nor anything damaged for either", () => {
  const claim = encodeClaim({ machine: "counter", term: 2 });
  const verdict = encodeVerdict({ machine: "counter", term: 2, granted: false });
  expect(decodeVerdict(claim)).toBeUndefined();
  expect(decodeClaim(verdict)).toBeUndefined();
  for (let bit = 0; bit < verdict.length * 8; bit += 1) {
    const damaged = verdict.slice();
    damaged[bit >> 3]! ^= 1 << (bit & 7);
    expect(decodeVerdict(damaged)).toBeUndefined();
  }
});

test("witness message: arbitrary bytes are refused, never thrown at", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      expect(decodeClaim(bytes)).toBeUndefined();
      expect(decodeVerdict(bytes)).toBeUndefined();
    }),
  );
});
