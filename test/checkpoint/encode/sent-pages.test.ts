import fc from "fast-check";
import { expect, test } from "vitest";
import { SentPages } from "../../../src/checkpoint/encode/sent-pages.ts";
import { InvariantError } from "../../../src/sim/errors.ts";
import { PAGE } from "./page-samples.ts";

const filled = (value: number): Uint8Array => new Uint8Array(PAGE).fill(value);

/** Byte of a page that is kept, `undefined` if it is not; all of it is looked at. */
function kept(sent: SentPages, page: number): number | undefined {
  const frame = sent.find(page);
  if (frame < 0) return undefined;
  const offset = sent.offsetOf(frame);
  const bytes = sent.extentOf(frame).bytes.subarray(offset, offset + PAGE);
  expect(bytes.every((byte) => byte === bytes[0])).toBe(true);
  return bytes[0];
}

function send(sent: SentPages, page: number, value: number): void {
  sent.stage(filled(value));
  sent.keep(page);
}

test("sent pages: the page sent least recently makes room", () => {
  const sent = new SentPages({ pages: 2, ageEpochs: Infinity });
  send(sent, 10, 1);
  send(sent, 11, 2);
  send(sent, 10, 3);
  send(sent, 12, 4);
  expect([10, 11, 12].map((page) => kept(sent, page))).toEqual([3, undefined, 4]);
  expect(sent.size).toBe(2);
});

test("sent pages: a page is forgotten when it was not sent for more epochs than the limit", () => {
  const sent = new SentPages({ pages: 8, ageEpochs: 2 });
  sent.beginEpoch(1);
  send(sent, 10, 1);
  send(sent, 11, 1);
  sent.beginEpoch(2);
  send(sent, 10, 2);
  sent.beginEpoch(3);
  expect([10, 11].map((page) => kept(sent, page))).toEqual([2, 1]);
  sent.beginEpoch(4);
  expect([10, 11].map((page) => kept(sent, page))).toEqual([2, undefined]);
  sent.beginEpoch(5);
  expect(sent.size).toBe(0);
});

test("sent pages: what is staged is not what was sent until it is kept", () => {
  const sent = new SentPages({ pages: 2, ageEpochs: Infinity });
  send(sent, 10, 1);
  sent.stage(filled(2));
  expect(kept(sent, 10)).toBe(1);
  sent.stage(filled(3));
  sent.keep(10);
  expect(kept(sent, 10)).toBe(3);
  expect(() => sent.keep(10)).toThrow(InvariantError);
});

test("sent pages: emptied it has no page, and its epochs begin again", () => {
  const sent = new SentPages({ pages: 4, ageEpochs: 1 });
  sent.beginEpoch(9);
  for (const page of [1, 2, 3]) send(sent, page, page);
  sent.clear();
  expect(sent.size).toBe(0);
  expect([1, 2, 3].map((page) => kept(sent, page))).toEqual([undefined, undefined, undefined]);
  send(sent, 2, 7);
  sent.beginEpoch(1);
  expect(kept(sent, 2)).toBe(7);
});

test("sent pages: host memory is taken as pages come, and used again", () => {
  const sent = new SentPages({ pages: 40, ageEpochs: Infinity });
  expect(sent.residentBytes).toBe(0);
  send(sent, 5, 1);
  const { residentBytes } = sent;
  for (let round = 0; round < 100; round += 1) send(sent, 5, round);
  expect(sent.residentBytes).toBe(residentBytes + PAGE + 16);
  for (let page = 0; page < 500; page += 1) send(sent, page, page & 255);
  expect(sent.residentBytes).toBeLessThan(42 * (PAGE + 16) + 10_000);
});

test("sent pages: with any sequence of calls it holds what a list of pages would", () => {
  const page = fc.nat(30).map((number) => (number < 20 ? number : number * 4_000));
  const call = fc.oneof(
    fc.record({ send: page, value: fc.nat(255) }),
    fc.record({ forget: page }),
    fc.record({ epochs: fc.nat(3) }),
    fc.constant({ clear: true }),
  );
  fc.assert(
    fc.property(
      fc.array(call, { maxLength: 120 }),
      fc.integer({ min: 1, max: 20 }),
      fc.constantFrom(1, 3, Infinity),
      (calls, pages, ageEpochs) => {
        const sent = new SentPages({ pages, ageEpochs });
        /** In the order of sending. */
        let model: { page: number; value: number; epoch: number }[] = [];
        let epoch = 0;
        for (const each of calls) {
          if ("send" in each) {
            send(sent, each.send, each.value);
            model = model.filter((entry) => entry.page !== each.send);
            model.push({ page: each.send, value: each.value, epoch });
            model = model.slice(-pages);
          } else if ("forget" in each) {
            sent.forget(each.forget);
            model = model.filter((entry) => entry.page !== each.forget);
          } else if ("epochs" in each) {
            epoch += each.epochs;
            sent.beginEpoch(epoch);
            model = model.filter((entry) => epoch - entry.epoch <= ageEpochs);
          } else {
            sent.clear();
            [model, epoch] = [[], 0];
          }
          expect(sent.size).toBe(model.length);
        }
        const expected = new Map(model.map((entry) => [entry.page, entry.value]));
        for (let number = 0; number <= 30; number += 1) {
          const each = number < 20 ? number : number * 4_000;
          expect(kept(sent, each)).toBe(expected.get(each));
        }
      },
    ),
    { numRuns: 200 },
  );
});
