// covers src/guest/firmware/memory-map.ts, src/guest/firmware/reserved-bytes.ts, src/guest/program-guest.ts, src/guest/riscv/read-device-tree.ts, src/guest/riscv/device-tree.ts, src/guest/riscv/riscv-guest.ts
import { expect, test } from "vitest";
import { counter } from "../../../src/guest/counter.ts";
import {
  decodeMemoryMap,
  encodeMemoryMap,
  FIRMWARE_PAGE,
} from "../../../src/guest/firmware/memory-map.ts";
import { expectReservedBytes } from "../../../src/guest/firmware/reserved-bytes.ts";
import type { Guest, GuestImage } from "../../../src/guest/guest.ts";
import { readTreeMemoryMap } from "../../../src/guest/riscv/read-device-tree.ts";
import { riscvGuest } from "../../../src/guest/riscv/riscv-guest.ts";
import { riscvKeyValue } from "../../../src/guest/riscv/riscv-key-value.ts";
import { PAGE_SIZE } from "../../../src/memory/page.ts";

const MIB = 1_048_576;

function boot(image: GuestImage): Guest {
  return image.create({ now: () => 0, random32: () => 0, transmit: () => undefined });
}

test("memory map: what E820h returns, entry by entry", () => {
  const map = [
    { address: 0, sizeBytes: 0x9_fc00, kind: "usable" },
    { address: 0x1_0000_0000, sizeBytes: 0x2_0000_1000, kind: "reserved" },
  ] as const;
  const bytes = encodeMemoryMap(map);
  expect(bytes).toHaveLength(8 + 2 * 20);
  expect(new TextDecoder().decode(bytes.subarray(0, 4))).toBe("PAMS");
  expect([...bytes.subarray(28, 48)]).toEqual([
    0, 0, 0, 0, 1, 0, 0, 0, 0, 16, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0,
  ]);
  expect(decodeMemoryMap(bytes)).toEqual(map);
  // A type that nobody knows is memory to be left alone.
  bytes[24] = 7;
  expect(decodeMemoryMap(bytes)[0]?.kind).toBe("reserved");
});

test("memory map: what is none is refused", () => {
  const refused = "expected a ";
  expect(() => decodeMemoryMap(new Uint8Array(64))).toThrow(refused);
  const cut = encodeMemoryMap([{ address: 0, sizeBytes: 1, kind: "usable" }]).subarray(0, 20);
  expect(() => decodeMemoryMap(cut)).toThrow(refused);
  const many = encodeMemoryMap([]);
  many[6] = 1;
  expect(() => decodeMemoryMap(many)).toThrow(refused);
  expect(() => readTreeMemoryMap(new Uint8Array(64))).toThrow(refused);
});

test("reserved bytes: whole pages up to 256 MiB", () => {
  for (const bytes of [PAGE_SIZE, MIB, 256 * MIB]) expectReservedBytes(bytes);
  for (const bytes of [0, -PAGE_SIZE, 4_097, 256 * MIB + PAGE_SIZE, Number.NaN]) {
    expect(() => expectReservedBytes(bytes)).toThrow(`got ${bytes}`);
    expect(() => counter().reserving?.(bytes)).toThrow("reservedBytes");
    expect(() => riscvKeyValue().reserving?.(bytes)).toThrow("reservedBytes");
  }
});

test("memory map: a program finds it in its memory, and has no page of what is reserved", () => {
  const guest = boot(counter().reserving!(MIB));
  expect(guest.readMemoryMap?.()).toEqual([
    { address: 0, sizeBytes: MIB, kind: "usable" },
    { address: MIB, sizeBytes: MIB, kind: "reserved" },
  ]);
  expect(guest.memory.regionAt(256)).toBeUndefined();
  expect(guest.memory.page(FIRMWARE_PAGE)[0]).toBe(0x50);
  expect(boot(counter()).readMemoryMap?.()).toBeUndefined();
});

test("memory map: a program uses what its firmware leaves it, and no more", () => {
  // As many pages of its own as fit a map that says 16, of memory that has more.
  const usable = { memoryBytes: 64 * 1024, touchPages: 11 };
  expect(() => boot(counter(usable).reserving!(MIB))).not.toThrow();
  expect(() => boot(counter({ ...usable, touchPages: 12 }).reserving!(MIB))).toThrow("touchPages");
});

test("memory map: a RISC-V machine's device tree shows all memory, and the range as reserved and not to be mapped", () => {
  const guest = boot(riscvKeyValue().reserving!(MIB));
  expect(guest.readMemoryMap?.()).toEqual([
    { address: 0x8000_0000, sizeBytes: 2 * MIB, kind: "usable" },
    { address: 0x8020_0000, sizeBytes: MIB, kind: "reserved" },
  ]);
  expect(guest.memory.regionAt(0x8_0200)).toBeUndefined();
  const plain = boot(riscvKeyValue());
  expect(plain.readMemoryMap?.()).toEqual([
    { address: 0x8000_0000, sizeBytes: 2 * MIB, kind: "usable" },
  ]);
  const text = (machine: Guest): string =>
    new TextDecoder("latin1").decode(machine.memory.read(0x8000_0000, 2 * MIB));
  expect(text(guest)).toContain("no-map");
  expect(text(guest)).toContain("reserved@80200000");
  expect(text(plain)).not.toContain("reserved-memory");
});

test("memory map: ranges that somebody else has reserved are among those that are not usable", () => {
  const image = { entry: 0x8000_0000, segments: [], symbols: new Map() };
  const segments = [{ address: 0x8000_0000, bytes: new Uint8Array([0x6f, 0, 0, 0]), zeroBytes: 0 }];
  const reservedRanges = [{ address: 0x8000_4000, sizeBytes: 0x2000 }];
  const options = { name: "m", image: { ...image, segments }, memoryBytes: 65_536, reservedRanges };
  expect(boot(riscvGuest(options).reserving!(PAGE_SIZE)).readMemoryMap?.()).toEqual([
    { address: 0x8000_0000, sizeBytes: 0x4000, kind: "usable" },
    { address: 0x8000_6000, sizeBytes: 0xa000, kind: "usable" },
    { address: 0x8000_4000, sizeBytes: 0x2000, kind: "reserved" },
    { address: 0x8001_0000, sizeBytes: 0x1000, kind: "reserved" },
  ]);
  const treeless = riscvGuest({ ...options, reservedRanges: [], deviceTree: false });
  expect(boot(treeless).readMemoryMap?.()).toEqual([]);
  expect(() => boot(treeless.reserving!(PAGE_SIZE))).toThrow(
    expect.objectContaining({ code: "DEVICE_TREE_ABSENT" }),
  );
});
