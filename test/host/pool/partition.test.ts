import { expect, test } from "vitest";
import { AccessEntry } from "../../../src/host/pool/access-entry.ts";
import { Partition, type PoolDefects } from "../../../src/host/pool/partition.ts";

const page = (value: number): Uint8Array => new Uint8Array(4096).fill(value);

function partition(broken: PoolDefects = {}): Partition {
  const access = new AccessEntry({ holder: "a", reader: "b", leaseNs: 100, nowNs: 0 });
  const registers = new Uint8Array([1]);
  const pages = new Map([[0, page(1)]]);
  const first = { term: 1, epoch: 0, writer: "a", regionPages: [4], registers, pages };
  return new Partition({ machine: "m", access, first, bytes: 8 * 4096, broken });
}

const end = (value: number) => ({ regionPages: [4], registers: new Uint8Array([value]) });

/** What a successor would go on from: first bytes of pages and registers. */
function seen({ committed }: Partition): [string, number, Record<number, number>] {
  const pages = [...committed.pages].map(([number, bytes]) => [number, bytes[0]!] as const);
  return [
    `${committed.term}.${committed.epoch}`,
    committed.registers[0]!,
    Object.fromEntries(pages),
  ];
}

test("partition: what is written is not what is committed, until the root is flipped", () => {
  const made = partition();
  const written = new Map([
    [0, page(2)],
    [3, page(9)],
  ]);
  expect(made.write("a", 1, { pages: written, end: end(2) })).toBe(true);
  expect(seen(made)).toEqual(["1.0", 1, { 0: 1 }]);
  expect([made.freshCount, made.frameCount]).toEqual([2, 3]);
  expect(made.flip("a", 1, 1)).toBe("flipped");
  expect(seen(made)).toEqual(["1.1", 2, { 0: 2, 3: 9 }]);
  expect([made.freshCount, made.frameCount]).toEqual([0, 2]);
});

test("partition: a commit that comes again, or late, changes nothing", () => {
  const made = partition();
  made.write("a", 1, { pages: new Map([[0, page(2)]]), end: end(2) });
  made.flip("a", 1, 1);
  made.write("a", 1, { pages: new Map([[0, page(3)]]) });
  expect(made.flip("a", 1, 1)).toBe("repeated");
  expect(seen(made)).toEqual(["1.1", 2, { 0: 2 }]);
});

test("partition: memory that is ahead of the last registers is never gone on from", () => {
  const made = partition();
  made.write("a", 1, { pages: new Map([[0, page(2)]]) });
  expect(made.flip("a", 1, 1)).toBe("incomplete");
  expect(seen(made)).toEqual(["1.0", 1, { 0: 1 }]);
  made.discard();
  expect(made.freshCount).toBe(0);
  const broken = partition({ uncommittedVersion: true });
  broken.write("a", 1, { pages: new Map([[0, page(2)]]) });
  expect(seen(broken)).toEqual(["1.0", 1, { 0: 2 }]);
});

test("partition: who was replaced writes nothing any more", () => {
  const made = partition();
  const stale = partition({ staleWriteAccepted: true });
  for (const each of [made, stale]) each.access.take("b", 7, 2, 100);
  const writes = { pages: new Map([[0, page(5)]]), end: end(5) };
  expect(made.write("a", 1, writes)).toBe(false);
  expect(made.write("a", 2, writes)).toBe(false);
  expect(made.freshCount).toBe(0);
  expect(made.write("b", 2, writes)).toBe(true);
  expect(stale.write("a", 1, writes)).toBe(true);
});

test("partition: epochs count anew in each term", () => {
  const made = partition();
  for (const epoch of [1, 2, 3]) {
    made.write("a", 1, { pages: new Map(), end: end(epoch) });
    made.flip("a", 1, epoch);
  }
  made.access.take("b", 7, 2, 100);
  made.write("b", 2, { pages: new Map([[1, page(7)]]), end: end(7) });
  expect(made.flip("b", 2, 1)).toBe("flipped");
  expect(seen(made)).toEqual(["2.1", 7, { 0: 1, 1: 7 }]);
});
