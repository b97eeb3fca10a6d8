import { PAGE_SIZE } from "../memory/page.ts";
import { StandinRangeError } from "../sim/errors.ts";
import { expectWhole } from "../sim/expect-whole.ts";
import type { GuestImage } from "./guest.ts";
import {
  PROGRAM_AREA_ADDRESS,
  type Program,
  type ProgramMachine,
  type ProgramOptions,
  programGuest,
} from "./program-guest.ts";
import { u32, u64 } from "./record-field.ts";
import { recordLayout } from "./record-layout.ts";

/** Options of {@link dice}. */
export interface DiceOptions extends ProgramOptions {
  /** Of so many requests one throws; all if 1. Default 8. */
  readonly every?: number;
}

/** Pages of notes: one of them is written at each throw. */
const NOTE_PAGES = 32;

const REPLY_BYTES = 16;

const DiceState = recordLayout({
  /** Requests so far. */
  count: u64,
  /** Address of the notes. */
  notes: u32,
});

/**
 * A machine that counts its requests and throws dice at some of them. Its requests are empty; a reply is the
 * count, and of a throw 32 random bits and the time, which the machine also notes on a page that the bits
 * choose: four bytes, four bytes, and a float of eight, little endian, the last two 0 without a throw.
 *
 * Two machines that are given the same requests answer differently at each throw, and write different pages.
 * Who follows from a log must be told what clock and random source have answered.
 *
 * @throws StandinRangeError `DICE_EVERY`, and what `programGuest` throws; `DICE_MEMORY` when a machine is made
 *   whose memory has no room for the notes.
 */
export function dice(options: DiceOptions = {}): GuestImage {
  const { every = 8 } = options;
  expectWhole("DICE_EVERY", "every", every, 1);
  const image = programGuest({
    ...options,
    name: "dice",
    boot: (machine) => boot(machine, every),
    workload: () => ({ request: () => new Uint8Array(0) }),
  });
  return { ...image, deterministic: false };
}

function boot({ memory, allocator, services }: ProgramMachine, every: number): Program {
  const state = DiceState.at(memory, PROGRAM_AREA_ADDRESS);
  const notes = allocator.allocate(NOTE_PAGES * PAGE_SIZE);
  if (notes === undefined) {
    throw new StandinRangeError(
      "DICE_MEMORY",
      `memoryBytes: expected ${NOTE_PAGES} free pages, got ${allocator.freeCount}`,
    );
  }
  state.notes = notes;
  return {
    replyBytesMax: REPLY_BYTES,
    execute(): Uint8Array {
      const count = state.count + 1;
      state.count = count;
      const reply = new Uint8Array(REPLY_BYTES);
      const view = new DataView(reply.buffer);
      view.setUint32(0, count % 0x1_0000_0000, true);
      if (count % every !== 0) return reply;
      const thrown = services.random32();
      view.setUint32(4, thrown, true);
      view.setFloat64(8, services.now(), true);
      memory.write(state.notes + (thrown % NOTE_PAGES) * PAGE_SIZE, reply);
      return reply;
    },
  };
}
