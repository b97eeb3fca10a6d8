// covers src/memory/page-absent.ts, src/memory/undo-log.ts, src/memory/arrival-digest.ts
import { expect, test } from "vitest";
import { ArrivalDigest } from "../../src/memory/arrival-digest.ts";
import { Memory } from "../../src/memory/memory.ts";
import { MemoryDigest } from "../../src/memory/memory-digest.ts";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { PageAbsent } from "../../src/memory/page-absent.ts";
import { PageSet } from "../../src/memory/page-set.ts";
import { SparseBacking } from "../../src/memory/sparse-backing.ts";
import { UndoLog } from "../../src/memory/undo-log.ts";

function memory(): Memory {
  const made = new Memory();
  const backing = new SparseBacking(8);
  made.addRegion({ name: "ram", basePage: 0, backing, stores: "seen" });
  for (let page = 0; page < 8; page += 1) made.store32(page * PAGE_SIZE, page + 1);
  return made;
}

test("absent pages: every access of processor and devices is a fault, cached or not, until they come", () => {
  const on = memory();
  on.load32(2 * PAGE_SIZE);
  const absent = new PageSet([2]);
  on.withhold(absent);
  const at = 2 * PAGE_SIZE;
  for (const access of [
    () => on.load8(at),
    () => on.store8(at, 1),
    () => on.load64(at - 4),
    () => on.store64(at - 4, 0n),
    () => on.read(at - 8, 16),
    () => on.write(at - 8, new Uint8Array(16)),
    () => on.dmaRead(at, 1),
    () => on.dmaWrite(at, new Uint8Array(1)),
  ]) {
    expect(access).toThrow(PageAbsent);
    expect(access).toThrow(expect.objectContaining({ page: 2 }));
  }
  expect(on.load32(3 * PAGE_SIZE)).toBe(4);
  on.hostWrite(2, new Uint8Array(PAGE_SIZE).fill(7));
  absent.delete(2);
  expect(on.load8(at)).toBe(7);
  expect(on.absent).toBe(absent);
  on.withhold();
  expect(on.absent).toBeUndefined();
});

test("undo log: what was written is taken back, by processor, device or host; what stays, stays", () => {
  const on = memory();
  const log = new UndoLog(on);
  on.store32(0, 90);
  log.begin();
  on.store32(0, 91);
  on.store32(4, 92);
  on.dmaWrite(PAGE_SIZE, new Uint8Array([93]));
  on.hostWrite(2, new Uint8Array(PAGE_SIZE).fill(9));
  expect(log.size).toBe(3);
  log.undo();
  expect([on.load32(0), on.load32(4), on.load32(PAGE_SIZE), on.load32(2 * PAGE_SIZE)]).toEqual([
    90, 0, 2, 3,
  ]);
  expect(log.size).toBe(0);
  on.store32(0, 94);
  log.undo();
  expect(on.load32(0)).toBe(90);
  log.end();
  on.store32(0, 95);
  expect(log.size).toBe(0);
});

test("arrival digest: of pages as they come it is that of the memory they come from", () => {
  const [from, to] = [memory(), new Memory()];
  to.addRegion({ name: "ram", basePage: 0, backing: new SparseBacking(8), stores: "seen" });
  const came = new ArrivalDigest(to);
  for (const page of [5, 1, 0, 7, 2, 3, 4, 6]) {
    expect(came.digest()).not.toBe(new MemoryDigest(from).digest());
    to.hostWrite(page, from.page(page));
    came.add(page);
    // The machine writes to what has come.
    to.store32(page * PAGE_SIZE, 1_000);
  }
  expect(came.digest()).toBe(new MemoryDigest(from).digest());
  came.add(1 << 20);
  expect(came.digest()).toBe(new MemoryDigest(from).digest());
});
