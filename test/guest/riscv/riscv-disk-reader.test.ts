import { expect, test } from "vitest";
import type { DiskRead, GuestServices } from "../../../src/guest/guest.ts";
import { DISK_BASE } from "../../../src/guest/riscv/machine-options.ts";
import {
  type RiscvDiskReaderOptions,
  riscvDiskReader,
} from "../../../src/guest/riscv/riscv-disk-reader.ts";
import { xxh32 } from "../../../src/sim/hash.ts";
import { ms, us } from "../../../src/sim/time.ts";

/** What it prints and reads in so long. */
function reading(options: RiscvDiskReaderOptions, untilNs: number, answer?: () => Uint8Array) {
  let printed = "";
  const reads: DiskRead[] = [];
  const services: GuestServices = {
    now: () => 0,
    random32: () => 0,
    transmit: (packet) => {
      printed += String.fromCharCode(...packet.subarray(12));
    },
    diskRead: (read) => {
      reads.push(read);
      return answer?.() ?? read.own();
    },
  };
  const guest = riscvDiskReader(options).create(services);
  const disk = guest.memory.regions.find(({ name }) => name === "disk")!;
  const contents = () => xxh32(guest.memory.dmaRead(DISK_BASE, disk.pageCount * 4_096));
  const before = contents();
  guest.run(untilNs);
  return { printed, reads, hasWritten: contents() !== before, guest, before };
}

test("riscv disk reader: it reads with each tick, and says what it has read", () => {
  const { printed, reads, hasWritten, guest } = reading({ reportReads: 3, writeReads: 2 }, ms(7.5));
  expect(reads.map(({ sizeBytes }) => sizeBytes)).toEqual(Array(7).fill(4_096));
  // 100 us of the disk, which the services are told in the guest's own time.
  expect(reads[0]!.tookNs).toBe(us(100));
  expect(printed).toMatch(
    /^disk-reader: reads 3 checksum 0x[0-9a-f]{8}\ndisk-reader: reads 6 checksum 0x[0-9a-f]{8}\n$/,
  );
  expect(hasWritten).toBe(true);
  expect(guest.panic).toBeUndefined();
  const other = reading({ reportReads: 3, writeReads: 2, seed: 2 }, ms(7.5));
  expect(other.printed).not.toBe(printed);
  expect(other.before).not.toBe(reading({}, 1).before);
});

test("riscv disk reader: what it prints is what was read, and nothing else of its disk", () => {
  const zeros = () => new Uint8Array(4_096);
  const printed = (seed: number) => reading({ reportReads: 3, seed }, ms(4), zeros).printed;
  expect(printed(1)).toBe(printed(2));
  expect(printed(1)).not.toBe(reading({ reportReads: 3 }, ms(4)).printed);
});

test("riscv disk reader: how much it reads is up to the caller", () => {
  const options = { sectorsPerRead: 128, period: 20_000, diskLatencyTicks: 50_000, writeReads: 0 };
  const { reads, hasWritten, printed } = reading({ ...options, reportReads: 0 }, ms(8));
  expect(reads.map(({ sizeBytes }) => sizeBytes)).toEqual([65_536, 65_536, 65_536]);
  expect(reads[0]!.tookNs).toBe(us(500));
  expect([hasWritten, printed]).toEqual([false, ""]);
});

test("riscv disk reader: a disk that is no whole number of sectors is refused", () => {
  expect(() => reading({ diskBytes: 1_000 }, 1)).toThrow(/^expected a disk of whole sectors/);
});
