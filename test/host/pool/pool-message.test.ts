import fc from "fast-check";
import { expect, test } from "vitest";
import {
  decodeReply,
  decodeRequest,
  encodeReply,
  encodeRequest,
} from "../../../src/host/pool/pool-message.ts";

const u32 = fc.nat({ max: 0xffff_ffff });
const name = fc.string({ unit: fc.constantFrom("a", "b", "-", "7"), maxLength: 12 });

const request = fc.record({
  session: u32,
  number: u32,
  operation: fc.constantFrom("take", "look", "renew", "appoint", "commit"),
  machine: name,
  term: u32,
  epoch: u32,
  reader: name,
} as const);

const reply = fc.record({
  session: u32,
  number: u32,
  machine: name,
  verdict: fc.constantFrom("done", "held", "refused", "unknown"),
  holder: name,
  term: u32,
  reader: name,
  silentNs: fc.maxSafeNat(),
  from: name,
  present: fc.array(name, { maxLength: 5 }),
} as const);

test("pool message: what is encoded is decoded, and nothing else is", () => {
  fc.assert(
    fc.property(request, reply, fc.nat(), (asked, answer, at) => {
      const [sent, replied] = [encodeRequest(asked), encodeReply(answer)];
      expect(decodeRequest(sent)).toEqual(asked);
      expect(decodeReply(replied)).toEqual(answer);
      expect(decodeRequest(replied)).toBeUndefined();
      expect(decodeReply(sent)).toBeUndefined();
      for (const bytes of [sent.slice(), replied.slice()]) {
        bytes[at % bytes.length]! ^= 1;
        expect(decodeRequest(bytes) ?? decodeReply(bytes)).toBeUndefined();
      }
    }),
    { numRuns: 200, seed: 1 },
  );
});

test("pool message: what ends too early is nothing", () => {
  const sent = encodeRequest({
    ...{ session: 1, number: 2, operation: "commit", machine: "m", term: 1, epoch: 3, reader: "" },
  });
  for (let length = 0; length < sent.length; length += 1) {
    expect(decodeRequest(sent.subarray(0, length))).toBeUndefined();
  }
});
