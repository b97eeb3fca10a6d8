// covers src/cluster/migration/summons.ts, src/cluster/migration/page-request.ts, src/cluster/migration/inventory.ts
import { expect, test } from "vitest";
import { decodeInventory, encodeInventory } from "../../../src/cluster/migration/inventory.ts";
import {
  decodePageRequest,
  encodePageRequest,
} from "../../../src/cluster/migration/page-request.ts";
import { decodeSummons, encodeSummons } from "../../../src/cluster/migration/summons.ts";
import { PageSet } from "../../../src/memory/page-set.ts";

/** Whatever byte is damaged, nothing is read. */
function expectGuarded(bytes: Uint8Array, decode: (bytes: Uint8Array) => unknown): void {
  expect(decode(bytes)).toBeDefined();
  for (let at = 0; at < bytes.length; at += 1) {
    const damaged = bytes.slice();
    damaged[at]! ^= 1;
    expect(decode(damaged)).toBeUndefined();
    expect(decode(bytes.subarray(0, at))).toBeUndefined();
  }
}

test("summons: what is said is heard, and nothing else", () => {
  for (const type of ["come", "ready"] as const) {
    const summons = { type, machine: "m", term: 3 };
    expect(decodeSummons(encodeSummons(summons))).toEqual(summons);
    expectGuarded(encodeSummons(summons), decodeSummons);
  }
});

test("page request: a page, or that all have come", () => {
  for (const request of [{ type: "wanted", page: 70_000 }, { type: "whole" }] as const) {
    expect(decodePageRequest(encodePageRequest(request))).toEqual(request);
    expectGuarded(encodePageRequest(request), decodePageRequest);
  }
});

test("inventory: registers, regions and runs of pages", () => {
  const pages = new PageSet([1, 2, 3, 9, 524_288]);
  const inventory = { term: 2, regionPages: [16, 8], registers: new Uint8Array([5, 6]), pages };
  const bytes = encodeInventory(inventory);
  const read = decodeInventory(bytes);
  expect(read).toMatchObject({ term: 2, regionPages: [16, 8], registers: inventory.registers });
  expect(read?.pages.toArray()).toEqual(pages.toArray());
  // Five pages in three runs: no longer than the runs make it.
  expect(bytes.length).toBe(4 + 2 + 8 + 4 + 2 + 4 + 3 * 8 + 4);
  expectGuarded(bytes, decodeInventory);
});

test("inventory: pages beyond the address space are not believed", () => {
  const pages = {
    *[Symbol.iterator]() {
      yield 2 ** 31;
    },
  } as unknown as PageSet;
  const bytes = encodeInventory({ term: 1, regionPages: [], registers: new Uint8Array(0), pages });
  expect(decodeInventory(bytes)).toBeUndefined();
});
