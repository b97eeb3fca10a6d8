import { expect, test } from "vitest";
import { decodeHandover, encodeHandover } from "../../src/cluster/handover-message.ts";
import { encodeClaim } from "../../src/cluster/witness-message.ts";

const offer = { type: "offer", machine: "m", term: 3 } as const;
const taken = { ...offer, type: "taken" } as const;

test("handover message: an offer and its answer are read as they were written", () => {
  expect(decodeHandover(encodeHandover(offer))).toEqual(offer);
  expect(decodeHandover(encodeHandover(taken))).toEqual(taken);
});

test("handover message: whatever is damaged, cut, longer or something else is refused", () => {
  const bytes = encodeHandover(offer);
  for (let at = 0; at < bytes.length; at += 1) {
    const damaged = bytes.slice();
    damaged[at]! ^= 0x10;
    expect(decodeHandover(damaged)).toBeUndefined();
    expect(decodeHandover(bytes.subarray(0, at))).toBeUndefined();
  }
  expect(decodeHandover(new Uint8Array([...bytes, 0]))).toBeUndefined();
  expect(decodeHandover(encodeClaim({ machine: "m", term: 3 }))?.type).not.toBe("taken");
});
