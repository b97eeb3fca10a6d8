import { expect, test } from "vitest";
import { flatImage } from "../../../src/guest/riscv/flat-image.ts";
import type { LoadedImage } from "../../../src/guest/riscv/loaded-image.ts";
import { ToHostWord } from "../../../src/guest/riscv/to-host-word.ts";
import { ContiguousBacking } from "../../../src/memory/contiguous-backing.ts";
import { Memory } from "../../../src/memory/memory.ts";

const RAM = { address: 0x8000_0000, sizeBytes: 0x10_000 };

function imageWith(tohost?: number): LoadedImage {
  const symbols = new Map(tohost === undefined ? [] : [["tohost", tohost]]);
  return { ...flatImage(new Uint8Array(4)), symbols };
}

function memoryOf(): Memory {
  const memory = new Memory();
  const backing = new ContiguousBacking(16);
  memory.addRegion({ name: "ram", basePage: 0x8_0000, backing, stores: "seen" });
  return memory;
}

test("to-host word: read as 32 bits without sign, leaving no mark", () => {
  const memory = memoryOf();
  const word = ToHostWord.find([imageWith(), imageWith(0x8000_1004)], memory, RAM);
  expect([word?.address, word?.read()]).toEqual([0x8000_1004, 0]);
  memory.store32(0x8000_1000, -1);
  memory.store32(0x8000_1008, -1);
  memory.store32(0x8000_1004, 0xfedc_ba98);
  const { walks, hits } = memory.tlb;
  expect(word?.read()).toBe(0xfedc_ba98);
  expect(memory.tlb).toMatchObject({ walks, hits });
});

test.each([undefined, 0x8000_1002, 0x7fff_fffc, 0x8001_0000])(
  "to-host word: a symbol at %s is none",
  (address) => {
    expect(ToHostWord.find([imageWith(address)], memoryOf(), RAM)).toBeUndefined();
  },
);
