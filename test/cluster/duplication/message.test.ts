import { expect, test } from "vitest";
import {
  decodeSourceMessage,
  decodeTargetMessage,
  encodeSourceMessage,
  encodeTargetMessage,
  GROUP_PAGES_MAX,
  type SourceMessage,
  type TargetMessage,
} from "../../../src/cluster/duplication/message.ts";
import { PAGE_SIZE } from "../../../src/memory/page.ts";
import { ByteWriter } from "../../../src/sim/byte-writer.ts";
import { RandomStream } from "../../../src/sim/random.ts";
import { sealed } from "../../../src/sim/sealed-bytes.ts";

const page = (fill: number): Uint8Array => new Uint8Array(PAGE_SIZE).fill(fill);

const fromSource: readonly SourceMessage[] = [
  { type: "offer", image: "key-value", regionPages: [1_024, 1] },
  { type: "begin", regionPages: [1_024, 1] },
  {
    type: "pages",
    group: 3,
    pages: [
      { page: 0, bytes: page(1) },
      { page: 70_000, bytes: page(2) },
    ],
  },
  { type: "pages", group: 1, pages: [] },
  { type: "commit", groups: 3, pages: 150, registers: Uint8Array.of(1, 2, 3) },
];

const fromTarget: readonly TargetMessage[] = [
  { type: "accepted" },
  { type: "refused", reason: "no room" },
  { type: "taken", group: 7 },
  { type: "whole" },
];

test.each(fromSource)(
  "duplication message: a source's $type is read as it was written",
  (message) => {
    expect(decodeSourceMessage(encodeSourceMessage(message))).toEqual(message);
  },
);

test.each(fromTarget)(
  "duplication message: a target's $type is read as it was written",
  (message) => {
    expect(decodeTargetMessage(encodeTargetMessage(message))).toEqual(message);
  },
);

test("duplication message: what is shorter, longer or changed is refused", () => {
  for (const message of fromSource) {
    const bytes = encodeSourceMessage(message);
    for (const cut of [0, 1, bytes.length - 1]) {
      expect(decodeSourceMessage(bytes.slice(0, cut))).toBeUndefined();
    }
    const changed = bytes.slice();
    changed[bytes.length >> 1]! ^= 4;
    expect(decodeSourceMessage(changed)).toBeUndefined();
  }
});

test("duplication message: what is sealed and makes no sense is refused", () => {
  const pages = new ByteWriter()
    .u8(2)
    .u32(1)
    .u16(GROUP_PAGES_MAX + 1);
  const commit = new ByteWriter().u8(3).u32(1).u32(1).u32(0xffff_ffff);
  const regions = new ByteWriter().u8(1).u8(200).u32(1);
  for (const writer of [pages, commit, regions, new ByteWriter().u8(9)]) {
    expect(decodeSourceMessage(sealed(writer))).toBeUndefined();
  }
  expect(decodeTargetMessage(sealed(new ByteWriter().u8(4)))).toBeUndefined();
  expect(decodeTargetMessage(sealed(new ByteWriter().u8(0).u8(0)))).toBeUndefined();
});

test("duplication message: bytes of any kind are refused and nothing worse", () => {
  const random = new RandomStream(1, "messages");
  for (let each = 0; each < 1_000; each += 1) {
    const writer = new ByteWriter();
    for (let left = random.below(60); left > 0; left -= 1) writer.u8(random.below(256));
    const bytes = random.chance(0.5) ? sealed(writer) : writer.finish();
    expect(() => [decodeSourceMessage(bytes), decodeTargetMessage(bytes)]).not.toThrow();
  }
});
