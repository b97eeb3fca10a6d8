// covers src/checkpoint/stage/misfit.ts, src/checkpoint/epoch-order.ts
import { expect, test } from "vitest";
import { chainCheck } from "../../src/checkpoint/chain-check.ts";
import { decodeMessage } from "../../src/checkpoint/decode-message.ts";
import { encodeGroup } from "../../src/checkpoint/encode-message.ts";
import type { CommitMessage, GroupMessage } from "../../src/checkpoint/message.ts";
import { STAGED_GROUPS_MAX, Staging } from "../../src/checkpoint/staging.ts";
import { Memory } from "../../src/memory/memory.ts";
import { SparseBacking } from "../../src/memory/sparse-backing.ts";

function memory(): Memory {
  const made = new Memory();
  made.addRegion({
    name: "ram",
    basePage: 16,
    backing: new SparseBacking(8, 12),
    stores: "seen",
  });
  return made;
}

function group(number: number, pages: readonly number[], epoch = 5, term = 1): GroupMessage {
  const copies = pages.map((page) => ({ page, bytes: new Uint8Array(4096).fill(page) }));
  const { bytes } = encodeGroup({ term, epoch, group: number, pages: copies });
  return decodeMessage(bytes) as GroupMessage;
}

function commit(groups: readonly GroupMessage[], changes: Partial<CommitMessage> = {}) {
  return {
    type: "commit",
    term: 1,
    epoch: 5,
    groupCount: groups.length,
    check: chainCheck(groups.map(({ check }) => check)),
    regionPages: [8],
    registers: new Uint8Array(4),
    ...changes,
  } as const satisfies CommitMessage;
}

const GROUPS = [group(0, [16, 17]), group(1, [18])];

function staged(groups: readonly GroupMessage[]): Staging {
  const staging = new Staging();
  for (const each of groups) staging.add(each);
  return staging;
}

test("staging: whole and unharmed is not refused, and hands over the pages in order", () => {
  const staging = staged(GROUPS);
  expect([staging.groupCount, staging.pageCount]).toEqual([2, 3]);
  expect(staging.refusal(commit(GROUPS), memory())).toBeUndefined();
  expect(staging.take().map(({ page }) => page)).toEqual([16, 17, 18]);
  expect(staging.groupCount).toBe(0);
});

test("staging: a checkpoint without pages is whole", () => {
  expect(staged([]).refusal(commit([]), memory())).toBeUndefined();
});

test("staging: a missing group is refused, at the end, in the middle, at the beginning", () => {
  expect(staged(GROUPS.slice(0, 1)).refusal(commit(GROUPS), memory())).toBe("missing group");
  const three = [...GROUPS, group(2, [19])];
  const gap = staged([three[0]!, three[2]!]);
  expect(gap.refusal(commit(three), memory())).toBe("damaged message");
  expect(staged([GROUPS[1]!]).refusal(commit(GROUPS), memory())).toBe("damaged message");
});

test("staging: a group that came twice is refused", () => {
  const twice = staged([GROUPS[0]!, GROUPS[1]!, GROUPS[1]!]);
  expect(twice.refusal(commit(GROUPS), memory())).toBe("damaged message");
});

test("staging: other contents than the commit record speaks of are refused", () => {
  const other = staged([GROUPS[0]!, group(1, [19])]);
  expect(other.refusal(commit(GROUPS), memory())).toBe("wrong check value");
});

test("staging: groups of another epoch are refused", () => {
  const old = [group(0, [16, 17], 4), group(1, [18], 4)];
  expect(staged(old).refusal(commit(old), memory())).toBe("wrong epoch");
  const mixed = staged([GROUPS[0]!, old[1]!]);
  expect(mixed.refusal(commit(GROUPS), memory())).toBe("damaged message");
});

test("staging: groups of another term are refused", () => {
  const next = [group(0, [16, 17], 5, 2), group(1, [18], 5, 2)];
  expect(staged(next).refusal(commit(next), memory())).toBe("wrong epoch");
  expect(staged(next).refusal(commit(next, { term: 2 }), memory())).toBeUndefined();
  const mixed = staged([GROUPS[0]!, next[1]!]);
  expect(mixed.refusal(commit(GROUPS), memory())).toBe("damaged message");
});

test("staging: group 0 begins anew, whatever was left of an earlier attempt", () => {
  const staging = staged([group(0, [20]), group(2, [21])]);
  for (const each of GROUPS) staging.add(each);
  expect(staging.refusal(commit(GROUPS), memory())).toBeUndefined();
});

test("staging: something unreadable spoils the whole until it begins anew", () => {
  const staging = staged(GROUPS);
  staging.spoil();
  expect(staging.refusal(commit(GROUPS), memory())).toBe("damaged message");
  for (const each of GROUPS) staging.add(each);
  expect(staging.refusal(commit(GROUPS), memory())).toBeUndefined();
});

test("staging: a page outside of memory is refused, one that memory will grow to is not", () => {
  const below = [group(0, [15])];
  expect(staged(below).refusal(commit(below), memory())).toBe("page outside memory");
  const above = [group(0, [24])];
  expect(staged(above).refusal(commit(above), memory())).toBe("page outside memory");
  const partly = [group(0, [16, 24])];
  expect(staged(partly).refusal(commit(partly), memory())).toBe("page outside memory");
  const grown = commit(above, { regionPages: [9] });
  expect(staged(above).refusal(grown, memory())).toBeUndefined();
});

test("staging: a page may lie in any region of the memory, and not between two", () => {
  const two = memory();
  const backing = new SparseBacking(4);
  two.addRegion({ name: "rom", basePage: 100, backing, stores: "seen" });
  const both = [group(0, [16, 103])];
  const regionPages = [8, 4];
  expect(staged(both).refusal(commit(both, { regionPages }), two)).toBeUndefined();
  const between = [group(0, [16, 99])];
  const refusal = staged(between).refusal(commit(between, { regionPages }), two);
  expect(refusal).toBe("page outside memory");
});

test.each([
  ["fewer pages than there are", [7]],
  ["more pages than it may grow to", [13]],
  ["another number of regions", [8, 1]],
])("staging: regions with %s are refused", (_, regionPages) => {
  const changed = commit(GROUPS, { regionPages });
  expect(staged(GROUPS).refusal(changed, memory())).toBe("regions do not match");
});

const anyOrder = (...groups: readonly GroupMessage[]): Staging => {
  const staging = new Staging({ anyOrder: true });
  for (const each of groups) staging.add(each);
  return staging;
};

const THREE = [...GROUPS, group(2, [19])];

test("staging: in any order, groups come to lie by their numbers", () => {
  for (const order of [
    [2, 0, 1],
    [1, 2, 0],
    [2, 1, 0],
  ]) {
    const staging = anyOrder(...order.map((number) => THREE[number]!));
    expect(staging.refusal(commit(THREE), memory())).toBeUndefined();
    expect(staging.take().map(({ page }) => page)).toEqual([16, 17, 18, 19]);
  }
});

test("staging: in any order, a group that comes again changes nothing", () => {
  const staging = anyOrder(GROUPS[1]!);
  expect(staging.add(GROUPS[1]!)).toBe(false);
  expect(staging.add(GROUPS[0]!)).toBe(true);
  expect([staging.groupCount, staging.pageCount, staging.attempt]).toEqual([2, 3, 1]);
  expect(staging.refusal(commit(GROUPS), memory())).toBeUndefined();
});

test("staging: in any order, another group of the same number takes its place", () => {
  const staging = anyOrder(GROUPS[0]!, group(1, [23]));
  const before = staging.attempt;
  expect(staging.add(GROUPS[1]!)).toBe(true);
  expect(staging.attempt).toBe(before + 1);
  expect(staging.refusal(commit(GROUPS), memory())).toBeUndefined();
});

test("staging: in any order, a later checkpoint begins anew and an earlier one is ignored", () => {
  const staging = anyOrder(group(0, [20], 4), group(1, [21], 4));
  expect(staging.add(GROUPS[1]!)).toBe(true);
  expect(staging.groupCount).toBe(1);
  expect(staging.add(group(0, [20], 4))).toBe(false);
  expect(staging.add(group(0, [20], 9, 0))).toBe(false);
  staging.add(GROUPS[0]!);
  expect(staging.refusal(commit(GROUPS), memory())).toBeUndefined();
});

test("staging: in any order, the table of contents of a later checkpoint begins anew as well", () => {
  const contents = (epoch: number) => ({ type: "contents", term: 1, epoch, checks: [] }) as const;
  const staging = anyOrder(...GROUPS);
  expect(staging.list(contents(4))).toBe(false);
  expect([staging.contents, staging.groupCount]).toEqual([undefined, 2]);
  expect(staging.list(contents(5))).toBe(true);
  expect([staging.contents?.epoch, staging.groupCount]).toEqual([5, 2]);
  expect(staging.list(contents(6))).toBe(true);
  expect([staging.contents?.epoch, staging.groupCount]).toEqual([6, 0]);
  expect(staging.add(GROUPS[0]!)).toBe(false);
});

test("staging: a checkpoint that is committed is forgotten, a later one stays", () => {
  const staging = anyOrder(...GROUPS);
  staging.forget({ term: 1, epoch: 4 });
  expect(staging.groupCount).toBe(2);
  staging.forget({ term: 1, epoch: 5 });
  expect(staging.groupCount).toBe(0);
});

test("staging: what a table of contents lists and has not come as it says is missing", () => {
  const staging = anyOrder(GROUPS[0]!, group(1, [20]));
  const checks = THREE.map(({ check }) => check);
  const contents = { type: "contents", term: 1, epoch: 5, checks } as const;
  expect(staging.takeMissing(contents)).toEqual([1, 2]);
  expect(staging.groupCount).toBe(1);
  staging.add(THREE[2]!);
  staging.add(THREE[1]!);
  expect(staging.takeMissing(contents)).toEqual([]);
  expect(staging.refusal(commit(THREE), memory())).toBeUndefined();
});

test("staging: how many groups are missing is counted for their own checkpoint only", () => {
  const staging = anyOrder(THREE[1]!);
  expect(staging.missingCount(commit(THREE))).toBe(2);
  expect(staging.missingCount(commit(THREE, { epoch: 6 }))).toBe(3);
});

test("staging: a group number beyond the bound spoils the checkpoint in any order, too", () => {
  const staging = anyOrder({ ...THREE[2]!, group: STAGED_GROUPS_MAX });
  expect(staging.groupCount).toBe(0);
  expect(staging.refusal(commit([]), memory())).toBe("damaged message");
});

test("staging: broken on purpose, groups of another epoch lie among those of this one", () => {
  const staging = new Staging({ anyEpoch: true });
  for (const each of [group(1, [20], 4), group(2, [21], 4), ...GROUPS]) staging.add(each);
  expect(staging.refusal(commit(GROUPS), memory())).toBeUndefined();
  expect(staging.take().map(({ page }) => page)).toEqual([16, 17, 18, 21]);
});
