import fc from "fast-check";
import { expect, test } from "vitest";
import { Extent, ZERO_EXTENT } from "../../src/memory/extent.ts";
import { LinearBacking } from "../../src/memory/linear-backing.ts";
import { Memory } from "../../src/memory/memory.ts";
import { MemoryDigest } from "../../src/memory/memory-digest.ts";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { PageSet } from "../../src/memory/page-set.ts";
import { SlatTracker } from "../../src/memory/slat-tracker.ts";
import { SparseBacking } from "../../src/memory/sparse-backing.ts";
import { RandomStream } from "../../src/sim/random.ts";
import { addWasm, sparseMachine, WASM_BASE } from "./machines.ts";
import { changedPages, snapshot } from "./snapshot.ts";

const PAGES = 80;
const EMPTY = "0000000000000000";

const digestOf = (memory: Memory): string => new MemoryDigest(memory).digest();

const kinds = [
  ...["store", "load", "write", "dma", "host", "zero"],
  ...["collect", "invalidate", "digest", "digest"],
] as const;
const step = fc.record({
  kind: fc.constantFrom(...kinds),
  page: fc.oneof(fc.constantFrom(0, 1, 64, 65), fc.nat(PAGES - 2)),
  offset: fc.integer({ min: 0, max: PAGE_SIZE - 1 }),
  // few values, so that different histories come to equal contents
  value: fc.integer({ min: 0, max: 2 }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Goes through a history, with digests taken on the way by two that do not know of each other. */
function replay(memory: Memory, history: readonly Step[]): readonly MemoryDigest[] {
  const digests = [new MemoryDigest(memory), new MemoryDigest(memory)] as const;
  for (const { kind, page, offset, value } of history) {
    const address = page * PAGE_SIZE + offset;
    if (kind === "store") memory.store32(address, value);
    else if (kind === "load") memory.load8(address);
    else if (kind === "write") memory.write(address, new Uint8Array(12).fill(value));
    else if (kind === "dma") memory.dmaWrite(address, new Uint8Array(12).fill(value));
    else if (kind === "host") memory.hostWrite(page, new Uint8Array(PAGE_SIZE).fill(value));
    else if (kind === "zero") memory.zeroPage(page);
    else if (kind === "collect") {
      // as a tracker that forgets to invalidate: the digest does not depend on it
      memory.slat.collectDirty(new PageSet(), 0, PAGES);
      if (value === 0) memory.tlb.invalidate();
    } else if (kind === "invalidate") memory.tlb.invalidate();
    else digests[value % 2]!.digest();
  }
  return digests;
}

function linearMachine(): Memory {
  const memory = new Memory();
  const backing = LinearBacking.over(new ArrayBuffer(PAGES * PAGE_SIZE));
  memory.addRegion({ name: "ram", basePage: 0, backing, stores: "seen" });
  return memory;
}

test("memory digest: equal exactly where contents are equal, whatever the history", () => {
  const history = fc.array(step, { maxLength: 50, size: "max" });
  fc.assert(
    fc.property(history, history, (first, second) => {
      const a = sparseMachine(PAGES);
      const b = sparseMachine(PAGES);
      const [one, other] = replay(a, first);
      replay(b, second);
      const digest = one!.digest();
      expect(other!.digest()).toBe(digest);
      expect(digestOf(a)).toBe(digest);
      const isSame = changedPages(snapshot(b), a).length === 0;
      expect(digestOf(b) === digest).toBe(isSame);
      // the same contents in another kind of backing, written page by page
      const copy = linearMachine();
      for (let page = 0; page < PAGES; page += 1) copy.hostWrite(page, a.page(page));
      expect(digestOf(copy)).toBe(digest);
    }),
    { numRuns: 150 },
  );
});

test("memory digest: what goes through a cached translation after a digest is seen by the next", () => {
  const memory = sparseMachine(PAGES);
  const [first, second] = [new MemoryDigest(memory), new MemoryDigest(memory)];
  memory.store8(0, 1);
  const before = first.digest();
  memory.store8(0, 2); // a hit: neither the SLAT nor the backing is asked
  expect(first.digest()).not.toBe(before);
  expect(second.digest()).toBe(first.digest());
  memory.store8(0, 1);
  expect(second.digest()).toBe(before);
  expect(first.digest()).toBe(before);
});

test("memory digest: a load that caches the dirty state lets stores pass no digest", () => {
  const memory = sparseMachine(PAGES);
  const digest = new MemoryDigest(memory);
  memory.store8(0, 1);
  memory.tlb.invalidate();
  const before = digest.digest();
  memory.load8(0);
  memory.store8(0, 2); // a hit
  expect(digest.digest()).not.toBe(before);
});

test("memory digest: a device model that forgets to log is seen all the same", () => {
  const memory = sparseMachine(PAGES, { logDeviceWrites: false });
  const digest = new MemoryDigest(memory);
  memory.store8(5, 1);
  const before = digest.digest();
  memory.dmaWrite(5, new Uint8Array([2]));
  expect(digest.digest()).not.toBe(before);
  memory.dmaWrite(5, new Uint8Array([1]));
  expect(digest.digest()).toBe(before);
});

test("memory digest: it disturbs no tracker and no translation", () => {
  const memory = sparseMachine(PAGES);
  const tracker = new SlatTracker(memory);
  tracker.start();
  memory.store8(0, 1);
  const { walks, hits, invalidations } = memory.tlb;
  digestOf(memory);
  memory.store8(0, 2);
  expect([memory.tlb.walks, memory.tlb.hits, memory.tlb.invalidations]).toEqual([
    walks,
    hits + 1,
    invalidations,
  ]);
  expect(tracker.collect().toArray()).toEqual([0]);
});

test("memory digest: zero pages count nothing, however they came to be", () => {
  const memory = sparseMachine(PAGES);
  const digest = new MemoryDigest(memory);
  expect(digest.digest()).toBe(EMPTY);
  memory.store8(0, 1);
  expect(digest.digest()).not.toBe(EMPTY);
  memory.store8(0, 0);
  addWasm(memory);
  memory.regions[0]!.grow(PAGES + 5);
  expect(digest.digest()).toBe(EMPTY);
});

test("memory digest: the place of a page counts, and where two pages are swapped", () => {
  const place = (...pages: readonly (readonly [number, number])[]): string => {
    const memory = sparseMachine(PAGES);
    for (const [page, value] of pages) memory.store8(page * PAGE_SIZE, value);
    return digestOf(memory);
  };
  const digests = [
    place([1, 1]),
    place([2, 1]),
    place([1, 1], [2, 1]),
    place([1, 1], [2, 2]),
    place([1, 2], [2, 1]),
  ];
  expect(new Set(digests).size).toBe(digests.length);
});

test("memory digest: several regions, each in its place", () => {
  const regions = (...bases: readonly number[]): string => {
    const memory = new Memory();
    const digest = new MemoryDigest(memory);
    for (const basePage of bases) {
      const backing = new SparseBacking(4);
      memory.addRegion({ name: `at ${basePage}`, basePage, backing, stores: "seen" });
      memory.store8(basePage * PAGE_SIZE, 1);
      digest.digest();
    }
    expect(digestOf(memory)).toBe(digest.digest());
    return digest.digest();
  };
  expect(regions(0, 100, 50)).toBe(regions(50, 100, 0));
  expect(regions(0, 100)).not.toBe(regions(0, 50));
});

test("memory digest: the guest's own stores to a region with unseen stores are seen", () => {
  const memory = sparseMachine(PAGES);
  const linear = addWasm(memory);
  const digest = new MemoryDigest(memory);
  new Uint8Array(linear.buffer)[9] = 1;
  const before = digest.digest();
  expect(before).not.toBe(EMPTY);
  linear.grow(1);
  expect(digest.digest()).toBe(before);
  new Uint8Array(linear.buffer)[20 * PAGE_SIZE] = 1;
  expect(digest.digest()).not.toBe(before);
  // the same page of a sparse region with the same number
  const other = new Memory();
  const backing = new SparseBacking(64);
  other.addRegion({ name: "other", basePage: WASM_BASE, backing, stores: "seen" });
  other.store8(WASM_BASE * PAGE_SIZE + 9, 1);
  expect(digestOf(other)).toBe(before);
});

test("memory digest: whoever writes to the shared zero page is noticed", () => {
  const memory = sparseMachine(PAGES);
  memory.page(3)[0] = 1;
  try {
    expect(() => digestOf(memory)).toThrow("nobody has written to the shared zero page");
  } finally {
    ZERO_EXTENT.bytes[0] = 0;
  }
});

test("memory digest: with other contents of some pages, it is that of a memory that has them", () => {
  const random = new RandomStream(9, "test: instead");
  for (let round = 0; round < 20; round += 1) {
    const [a, b] = [sparseMachine(PAGES), sparseMachine(PAGES)];
    const instead = new Map<number, Extent>();
    for (let page = 0; page < PAGES; page += 1) {
      const [had, has] = [random.below(3), random.below(3)];
      const extent = new Extent(new ArrayBuffer(PAGE_SIZE), 0, PAGE_SIZE);
      extent.bytes.fill(has);
      a.hostWrite(page, new Uint8Array(PAGE_SIZE).fill(had));
      if (random.below(2) === 0) instead.set(page, extent);
      b.hostWrite(page, instead.has(page) ? extent.bytes : a.page(page));
    }
    const digest = new MemoryDigest(a);
    const before = digest.digest();
    expect(digest.digest(instead)).toBe(new MemoryDigest(b).digest());
    expect(digest.digest()).toBe(before);
  }
});
