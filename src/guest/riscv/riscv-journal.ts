import type { GuestImage } from "../guest.ts";
import { journalImage } from "./images/journal.ts";
import { type KeyValueServerOptions, keyValueServer } from "./key-value-server.ts";

/** Small, so that the journal wraps round at its end in a run of some length. */
const DISK_BYTES = 65_536;

/** 200 µs, as long as a batch is collected: a machine that is stopped is as often in the one as the other. */
const DISK_LATENCY_TICKS_DEFAULT = 20_000;

/** Options of {@link riscvJournal}. */
export interface RiscvJournalOptions extends KeyValueServerOptions {
  /** Ticks that the disk takes for a request, at least 1. Default 20,000: 200 µs. */
  readonly diskLatencyTicks?: number;
}

/**
 * A RISC-V machine that keeps values under keys and a journal of all requests on its disk: the program
 * `guests/riscv/journal`. A batch of requests ends 200 µs after its first one came, and is answered
 * when the disk has written it.
 *
 * Its clients notice what a failover may lose of such a machine: without the timer set for a batch, or
 * the disk's request under way, that batch and all later ones are never answered. An instruction of
 * it changes every 16 requests, and it switches itself off with code 2 when it executes an old one.
 *
 * @throws StandinRangeError `MEMORY_BYTES`, `IMAGE_TOO_LARGE` for an unfit memory, when a machine is made.
 */
export function riscvJournal(options: RiscvJournalOptions = {}): GuestImage {
  const { diskLatencyTicks: latencyTicks = DISK_LATENCY_TICKS_DEFAULT } = options;
  const disk = { sizeBytes: DISK_BYTES, latencyTicks };
  return keyValueServer({ name: "riscv-journal", lines: journalImage, disk }, options);
}
