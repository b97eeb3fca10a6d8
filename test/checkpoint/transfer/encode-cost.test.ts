import { expect, test } from "vitest";
import { EncodeWork } from "../../../src/checkpoint/encode/encode-work.ts";
import { IDENTICAL, RUNS, WHOLE, WORDS, ZERO } from "../../../src/checkpoint/encode/page-form.ts";
import { EncodeCost } from "../../../src/checkpoint/transfer/encode-cost.ts";
import { COSTS } from "../primary-rig.ts";

const { encodePageNs, sendPageNs, differencePageNs, keepPageNs } = COSTS;

test("encode cost: a whole page is made and sent, a zero page only made, an identical one neither", () => {
  const work = new EncodeWork();
  const cost = new EncodeCost(work, COSTS);
  work.count(WHOLE, 4_101);
  work.count(WHOLE, 4_101);
  expect(cost.take()).toEqual({ encodeNs: 2 * encodePageNs, sendNs: 2 * sendPageNs });
  work.count(ZERO, 5);
  expect(cost.take()).toEqual({ encodeNs: encodePageNs, sendNs: 0 });
  work.count(IDENTICAL, 5);
  expect(cost.take()).toEqual({ encodeNs: 0, sendNs: 0 });
});

test("encode cost: what differs is made and sent by its bytes, beside comparing and keeping", () => {
  const work = new EncodeWork();
  const cost = new EncodeCost(work, COSTS);
  work.count(WORDS, 1_024);
  work.count(RUNS, 1_024);
  work.comparedPages += 3;
  work.copiedPages += 5;
  expect(cost.take()).toEqual({
    encodeNs: encodePageNs / 2 + 3 * differencePageNs + 5 * keepPageNs,
    sendNs: sendPageNs / 2,
  });
});

test("encode cost: only what was done since the last time is charged for", () => {
  const work = new EncodeWork();
  work.count(WHOLE, 4_101);
  work.comparedPages = 9;
  const cost = new EncodeCost(work, COSTS);
  expect(cost.take()).toEqual({ encodeNs: 0, sendNs: 0 });
  work.count(WORDS, 4_096);
  work.copiedPages += 1;
  const charged = { encodeNs: encodePageNs + keepPageNs, sendNs: sendPageNs };
  expect(cost.take()).toEqual(charged);
  expect(cost.take()).toEqual({ encodeNs: 0, sendNs: 0 });
});
