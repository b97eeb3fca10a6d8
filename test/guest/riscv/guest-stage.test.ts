import { expect, test } from "vitest";
import { rootPageOf, walkGuestStage } from "../../../src/guest/riscv/guest-stage.ts";
import { Ram } from "../../../src/guest/riscv/ram.ts";
import { ContiguousBacking } from "../../../src/memory/contiguous-backing.ts";
import { Memory } from "../../../src/memory/memory.ts";
import { entry, PTE } from "./inner-rig.ts";

const BASE = 0x8000_0000;
const ROOT = BASE + 0x4000;
const LEAF = BASE + 0x8000;
const HGATP = (0x8000_0000 | (ROOT >>> 12)) >>> 0;
const { V, R, W, X, U, A, D } = PTE;

/** Memory of 1,040 pages, more than a megapage, with words at some addresses. */
function ramWith(words: Readonly<Record<number, number>>): Ram {
  const memory = new Memory();
  const backing = new ContiguousBacking(1_040);
  const region = memory.addRegion({ name: "ram", basePage: BASE >>> 12, backing, stores: "seen" });
  for (const [address, word] of Object.entries(words)) memory.store32(Number(address), word);
  return new Ram({ memory, region, staleDecoded: false });
}

test("guest stage: two levels lead to a page, and the entries read are told", () => {
  const ram = ramWith({
    [ROOT + 4 * 0x203]: entry(LEAF, V),
    [LEAF + 4 * 0x155]: entry(BASE + 0x9000, V | R | W | X | U | A | D),
  });
  expect(walkGuestStage(ram, HGATP | 0, 0x80d5_5abc)).toEqual({
    page: (BASE >>> 12) + 9,
    permissions: 7,
    sources: [ROOT + 4 * 0x203, LEAF + 4 * 0x155],
  });
});

/** What a leaf with these flags permits: fetches, stores and loads as three bits, or a fault. */
test.each([
  [V | R | W | X | U | A | D, 7],
  [V | R | U | A, 1],
  [V | X | U | A, 4],
  [V | R | X | U | A | D, 5],
  [V | R | W | U | A | D, 3],
  // no dirty flag: hardware does not set it
  [V | R | W | X | U | A, 5],
  [V | R | W | X | U | D, "guest page"],
  [V | R | W | X | A | D, "guest page"],
  [R | W | X | U | A | D, "guest page"],
  [V | W | U | A | D, "guest page"],
  [V | W | X | U | A | D, "guest page"],
  [V | U | A | D, "guest page"],
  [V, "guest page"],
  [0, "guest page"],
  // two bits for software, and the global bit, which says nothing here
  [V | R | U | A | 0x320, 1],
] as const)("guest stage: a leaf with flags %i is %s", (flags, expected) => {
  const ram = ramWith({
    [ROOT]: entry(LEAF, V),
    [LEAF + 4]: entry(BASE + 0x9000, flags),
  });
  const walk = walkGuestStage(ram, HGATP | 0, 0x1004);
  expect(typeof walk === "string" ? walk : walk.permissions).toBe(expected);
});

test.each([
  [V | U, "guest page"],
  [V | A, "guest page"],
  [V | D, "guest page"],
  [V | W, "guest page"],
  [0, "guest page"],
] as const)("guest stage: a pointer with flags %i is %s", (flags, expected) => {
  const ram = ramWith({
    [ROOT]: entry(LEAF, flags),
    [LEAF]: entry(BASE + 0x9000, V | R | U | A),
  });
  expect(walkGuestStage(ram, HGATP | 0, 0)).toBe(expected);
});

test("guest stage: a megapage covers 4 MiB and has to be aligned", () => {
  const leaf = V | R | W | U | A | D;
  const ram = ramWith({
    [ROOT]: entry(BASE, leaf),
    [ROOT + 4]: entry(BASE + 0x1000, leaf),
    [ROOT + 8]: entry(BASE + 0x40_0000, leaf),
  });
  expect(walkGuestStage(ram, HGATP | 0, 0x3f_f123)).toEqual({
    page: (BASE >>> 12) + 0x3ff,
    permissions: 3,
    sources: [ROOT],
  });
  expect(walkGuestStage(ram, HGATP | 0, 0x40_0000)).toBe("guest page");
  // of the last one only the first 16 pages exist
  expect(walkGuestStage(ram, HGATP | 0, 0x80_f000)).toMatchObject({ page: (BASE >>> 12) + 0x40f });
  expect(walkGuestStage(ram, HGATP | 0, 0x81_0000)).toBe("access");
});

test("guest stage: tables and pages outside memory", () => {
  const leaf = V | R | U | A;
  const ram = ramWith({
    [ROOT]: entry(0x1000_0000, V),
    [ROOT + 4]: entry(LEAF, V),
    [LEAF]: entry(0x1000_0000, leaf),
    // the last of 2^22 page numbers: beyond what a hart of 32 bits reaches
    [LEAF + 4]: (0xffff_fc00 | leaf) >>> 0,
  });
  expect(walkGuestStage(ram, HGATP | 0, 0)).toBe("access");
  expect(walkGuestStage(ram, HGATP | 0, 0x40_0000)).toBe("access");
  expect(walkGuestStage(ram, HGATP | 0, 0x40_1000)).toBe("access");
  expect(walkGuestStage(ram, 0x803f_fffc | 0, 0)).toBe("access");
  expect(walkGuestStage(ram, 0x8000_0000 | 0, 0)).toBe("access");
});

test("guest stage: the root table begins at a multiple of four pages", () => {
  expect(rootPageOf(0xffff_ffff | 0)).toBe(0x3f_fffc);
  expect(rootPageOf(HGATP | 0)).toBe(ROOT >>> 12);
});

test("guest stage: a walk marks the tables as accessed, and writes nothing", () => {
  const ram = ramWith({
    [ROOT]: entry(LEAF, V),
    [LEAF]: entry(BASE + 0x9000, V | R | W | U | A),
  });
  const before = ram.words.slice();
  walkGuestStage(ram, HGATP | 0, 0);
  expect(ram.words).toEqual(before);
});
