import { expect, test } from "vitest";
import { flatImage } from "../../../src/guest/riscv/flat-image.ts";
import { loadImages, placeTree, putBytes } from "../../../src/guest/riscv/machine-boot.ts";
import { ContiguousBacking } from "../../../src/memory/contiguous-backing.ts";
import { Memory } from "../../../src/memory/memory.ts";
import { thrownCode } from "./thrown-code.ts";

const RAM = { address: 0x8000_0000, sizeBytes: 0x10_000 };

function memoryOf(): Memory {
  const memory = new Memory();
  const backing = new ContiguousBacking(16);
  memory.addRegion({ name: "ram", basePage: 0x8_0000, backing, stores: "seen" });
  return memory;
}

test("machine boot: images lie where they belong, across pages and beside each other in one", () => {
  const memory = memoryOf();
  const long = Uint8Array.from({ length: 9_000 }, (_, index) => index * 7 + 1);
  loadImages(memory, [
    flatImage(long, 0x8000_0ffc),
    flatImage(Uint8Array.of(5, 6, 7, 8), 0x8000_0ff0),
  ]);
  expect(memory.read(0x8000_0ffc, 9_000)).toEqual(long);
  expect(memory.read(0x8000_0fee, 8)).toEqual(Uint8Array.of(0, 0, 5, 6, 7, 8, 0, 0));
});

test("machine boot: what is loaded is noticed as a write of the host", () => {
  const memory = memoryOf();
  putBytes(memory, 0x8000_2ffe, Uint8Array.of(1, 2, 3, 4));
  const dirty = [1, 2, 3, 4].map((page) => memory.slat.isDirty(0x8_0000 + page));
  expect(dirty).toEqual([false, true, true, false]);
  expect(memory.tlb.walks).toBe(0);
});

test("machine boot: a device tree lies at the end of memory, below what is there", () => {
  expect(placeTree(1_000, RAM, [])).toEqual({ address: 0x8000_fc18, sizeBytes: 1_000 });
  const last = { address: 0x8000_ff01, sizeBytes: 0xff };
  expect(placeTree(1_000, RAM, [last])).toEqual({ address: 0x8000_fb18, sizeBytes: 1_000 });
  const between = { address: 0x8000_f000, sizeBytes: 0xc00 };
  expect(placeTree(1_000, RAM, [between, last]).address).toBe(0x8000_ec18);
  expect(placeTree(0x1000, RAM, [{ address: 0x8000_1000, sizeBytes: 0xf000 }]).address).toBe(
    0x8000_0000,
  );
});

test("machine boot: without room for a device tree there is none", () => {
  const taken = { address: 0x8000_0ff8, sizeBytes: 0xf008 };
  expect(thrownCode(() => placeTree(0x1000, RAM, [taken]))).toBe("DEVICE_TREE_NO_ROOM");
  expect(thrownCode(() => placeTree(0x1_0008, RAM, []))).toBe("DEVICE_TREE_NO_ROOM");
});
