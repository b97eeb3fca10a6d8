import type { GuestImage } from "../guest.ts";
import { parseElf } from "./elf.ts";
import { decodeBase64 } from "./images/base64.ts";
import { diskReaderImage } from "./images/disk-reader.ts";
import { patchImage } from "./loaded-image-patch.ts";
import type { MachineDefects } from "./machine-options.ts";
import { riscvGuest } from "./riscv-guest.ts";

/** Options of {@link riscvDiskReader}. */
export interface RiscvDiskReaderOptions {
  /** Sectors of 512 bytes that it reads at a time, 1 to 128. Default 8. */
  readonly sectorsPerRead?: number;
  /** From one read to the next, in steps of the timer: 10,000 are 1 ms. Default 10,000. */
  readonly period?: number;
  /** Reads until it writes what it read to another place; 0 for never. Default 8. */
  readonly writeReads?: number;
  /** Reads between two lines on the console; 0 for none. Default 100. */
  readonly reportReads?: number;
  /** Bytes of its disk, a multiple of 512. Default 262,144. */
  readonly diskBytes?: number;
  /** Ticks that the disk takes for a request, at least 1. Default 10,000: 100 µs. */
  readonly diskLatencyTicks?: number;
  /** Decides what is on the disk and where it reads: 1 to 2^32 - 1. Default 1. */
  readonly seed?: number;
  /** Defects of the machine, for tests to notice. */
  readonly broken?: MachineDefects;
}

/** The program and its buffer of 64 KiB, and the device tree behind them. */
const MEMORY_BYTES = 131_072;

/**
 * A RISC-V machine that reads its disk, here and there, and puts together a checksum of all that it has read:
 * the program `guests/riscv/disk-reader`. Now and then it writes what it read to another place, and prints the
 * checksum. It asks for nothing and answers nobody; when it reads anything else than it did before, every line
 * that it prints afterwards is another one.
 *
 * @throws StandinRangeError `DISK_RANGE`, `DISK_LATENCY` for an unfit disk, when a machine is made.
 */
export function riscvDiskReader(options: RiscvDiskReaderOptions = {}): GuestImage {
  const { sectorsPerRead = 8, period = 10_000, writeReads = 8, reportReads = 100 } = options;
  const { diskBytes = 262_144, diskLatencyTicks, seed = 1, broken = {} } = options;
  const image = patchImage(parseElf(decodeBase64(diskReaderImage)), {
    reader_sectors: sectorsPerRead,
    reader_period: period,
    reader_write_reads: writeReads,
    reader_report_reads: reportReads,
    reader_seed: seed,
  });
  const latency = diskLatencyTicks === undefined ? {} : { latencyTicks: diskLatencyTicks };
  const disk = { sizeBytes: diskBytes, contents: contentsOf(diskBytes, seed), ...latency };
  return riscvGuest({ name: "disk-reader", image, memoryBytes: MEMORY_BYTES, disk, broken });
}

/** Marsaglia's xorshift: no two sectors alike. */
function contentsOf(diskBytes: number, seed: number): Uint8Array {
  const words = new Uint32Array(Math.max(0, Math.floor(diskBytes / 4)));
  let state = seed | 0;
  for (let index = 0; index < words.length; index += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[index] = state;
  }
  return new Uint8Array(words.buffer);
}
