import type { Memory } from "../../src/memory/memory.ts";
import { PAGE_SIZE } from "../../src/memory/page.ts";

/** A full, plain copy of all pages of a memory. */
export type Snapshot = ReadonlyMap<number, Uint8Array>;

export function snapshot(memory: Memory): Snapshot {
  const pages = new Map<number, Uint8Array>();
  for (const { basePage, pageCount } of memory.regions) {
    for (let page = basePage; page < basePage + pageCount; page += 1) {
      pages.set(page, memory.page(page).slice());
    }
  }
  return pages;
}

/** The pages whose contents differ from the copy, ascending; pages that are new were zero before. */
export function changedPages(before: Snapshot, memory: Memory): number[] {
  const changed: number[] = [];
  for (const [page, bytes] of snapshot(memory)) {
    const old = before.get(page) ?? new Uint8Array(PAGE_SIZE);
    if (Buffer.compare(bytes, old) !== 0) changed.push(page);
  }
  return changed.sort((a, b) => a - b);
}
