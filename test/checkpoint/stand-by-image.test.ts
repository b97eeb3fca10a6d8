import { expect, test } from "vitest";
import { chainCheck } from "../../src/checkpoint/chain-check.ts";
import { decodeMessage } from "../../src/checkpoint/decode-message.ts";
import type { EncodedPage } from "../../src/checkpoint/encode/encoded-page.ts";
import { encodeGroup } from "../../src/checkpoint/encode-message.ts";
import type { CommitMessage, GroupMessage } from "../../src/checkpoint/message.ts";
import { Staging } from "../../src/checkpoint/staging.ts";
import { StandByImage } from "../../src/checkpoint/stand-by-image.ts";
import { Network } from "../../src/host/network.ts";
import { Engine } from "../../src/sim/engine.ts";
import { InvariantError } from "../../src/sim/errors.ts";
import { pageMachine } from "./page-machine.ts";

const REGISTERS = new Uint8Array([1, 2, 3, 4]);

/** An image of 40 pages with room for 48, its first two pages filled by booting. */
function setUp() {
  const engine = new Engine({ seed: 1 });
  const host = new Network(engine).addHost("b");
  const services = { now: () => 0, random32: () => 0, transmit: () => {} };
  const guest = pageMachine({ pages: 40, roomPages: 48, bootPages: 2 }).create(services);
  const image = new StandByImage(host, guest);
  const contents = (...pages: readonly number[]): number[] =>
    pages.map((page) => guest.memory.page(page)[0]!);
  /** Applies everything; how many pages at a time, and how long each time took. */
  const apply = (): [pages: number, tookNs: number][] => {
    const applied: [number, number][] = [];
    engine.spawn("apply", host.owner, function* () {
      while (image.unappliedCount > 0) {
        const beginNs = engine.now;
        const pages = yield* image.applyGroup();
        applied.push([pages, engine.now - beginNs]);
      }
    });
    engine.run();
    return applied;
  };
  return { engine, host, guest, image, contents, apply };
}

/** Pages filled with a value, staged in one group each. */
function staged(value: number, ...pages: readonly number[]): EncodedPage[] {
  const staging = new Staging();
  for (const [group, page] of pages.entries()) {
    const copies = [{ page, bytes: new Uint8Array(4096).fill(value) }];
    const { bytes } = encodeGroup({ term: 1, epoch: 1, group, pages: copies });
    staging.add(decodeMessage(bytes) as GroupMessage);
  }
  return staging.take();
}

function commit(term: number, epoch: number, regionPages = 40): CommitMessage {
  const check = chainCheck([]);
  const registers = REGISTERS;
  return {
    type: "commit",
    term,
    epoch,
    groupCount: 0,
    check,
    regionPages: [regionPages],
    registers,
  };
}

test("stand-by image: before its first checkpoint it is nothing to stand in with", () => {
  const { image } = setUp();
  expect(image).toMatchObject({ term: 0, epoch: 0, complete: false, unappliedCount: 0 });
  expect(() => image.registers).toThrow(InvariantError);
});

test("stand-by image: emptied, nothing is left of what booting wrote", () => {
  const { image, contents } = setUp();
  expect(contents(0, 1)).toEqual([1, 2]);
  image.clear();
  expect(contents(0, 1)).toEqual([0, 0]);
});

test("stand-by image: a committed checkpoint counts at once, its pages come to memory later", () => {
  const { image, contents, apply } = setUp();
  image.clear();
  image.commit(commit(1, 1), staged(7, 3, 4));
  expect(image).toMatchObject({ term: 1, epoch: 1, complete: true, unappliedCount: 2 });
  expect(image.registers).toEqual(REGISTERS);
  expect(contents(3, 4)).toEqual([0, 0]);
  apply();
  expect(contents(3, 4)).toEqual([7, 7]);
  expect(image.unappliedCount).toBe(0);
});

test("stand-by image: pages are applied in groups, each paid for by its length", () => {
  const { host, image, apply } = setUp();
  image.commit(commit(1, 1), staged(7, ...Array.from({ length: 31 }, (_, page) => page)));
  const { applyPageNs } = host.profile;
  expect(apply()).toEqual([
    [15, 15 * applyPageNs],
    [15, 15 * applyPageNs],
    [1, applyPageNs],
  ]);
});

test("stand-by image: memory grows with the primary's, before the pages come that need it", () => {
  const { guest, image, contents, apply } = setUp();
  image.commit(commit(1, 1), []);
  expect(guest.memory.regions[0]?.pageCount).toBe(40);
  image.commit(commit(1, 2, 44), staged(7, 43));
  expect(guest.memory.regions[0]?.pageCount).toBe(44);
  apply();
  expect(contents(43)).toEqual([7]);
  image.commit(commit(1, 3, 44), []);
  expect(guest.memory.regions[0]?.pageCount).toBe(44);
});

test("stand-by image: a checkpoint cannot be committed upon one that is not applied", () => {
  const { image, apply } = setUp();
  image.commit(commit(1, 1), staged(7, 3));
  expect(() => image.commit(commit(1, 2), staged(8, 3))).toThrow(InvariantError);
  expect(image.epoch).toBe(1);
  apply();
  image.commit(commit(1, 2), staged(8, 3));
  expect(image.epoch).toBe(2);
});

test("stand-by image: checkpoints are committed in the order of their epochs, anew in each term", () => {
  const { image } = setUp();
  image.commit(commit(1, 5), []);
  for (const epoch of [5, 4]) {
    expect(() => image.commit(commit(1, epoch), [])).toThrow(InvariantError);
  }
  image.commit(commit(1, 6), []);
  image.commit(commit(2, 1), []);
  expect(image).toMatchObject({ term: 2, epoch: 1 });
  expect(() => image.commit(commit(1, 1), [])).toThrow(InvariantError);
});

test("stand-by image: one that was complete once is never emptied", () => {
  const { image, contents } = setUp();
  image.commit(commit(1, 1), []);
  expect(() => image.clear()).toThrow(InvariantError);
  expect(contents(0, 1)).toEqual([1, 2]);
});

test("stand-by image: torn on purpose, it has what was staged and not what was committed", () => {
  const { image, contents, apply } = setUp();
  image.clear();
  image.commit(commit(1, 1), staged(7, 3, 4));
  image.tear(staged(8, 4, 5));
  expect(image.unappliedCount).toBe(0);
  expect(apply()).toEqual([]);
  expect(contents(3, 4, 5)).toEqual([0, 8, 8]);
});
