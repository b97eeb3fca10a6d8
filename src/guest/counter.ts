import { PAGE_SIZE } from "../memory/page.ts";
import { StandinRangeError } from "../sim/errors.ts";
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
import { sessionStatusOf } from "./session-status.ts";

/** Options of {@link counter}. */
export interface CounterOptions extends ProgramOptions {
  /**
   * Pages beyond the program's own that are written when it boots, as a working set. Default 0.
   */
  readonly touchPages?: number;
  /** How many of those a request writes, taking turns. Default 4, or all if there are fewer. */
  readonly rewritePages?: number;
}

const REPLY_BYTES = 8;
const REWRITE_PAGES_DEFAULT = 4;

const CounterState = recordLayout({
  value: u64,
  /** Address of the working set; 0 without one. */
  touched: u32,
});

/**
 * A machine that counts: each request adds one, and the reply is the new value, eight bytes, little
 * endian ({@link counterValue}). Its requests are empty; what they hold is ignored.
 *
 * @throws StandinRangeError `COUNTER_PAGES` for a working set that does not fit the memory, and what
 *   `programGuest` throws.
 */
export function counter(options: CounterOptions = {}): GuestImage {
  const { touchPages = 0 } = options;
  const { rewritePages = Math.min(REWRITE_PAGES_DEFAULT, touchPages) } = options;
  checkCount("touchPages", touchPages, Number.MAX_SAFE_INTEGER);
  checkCount("rewritePages", rewritePages, touchPages);
  return programGuest({
    ...options,
    name: "counter",
    boot: (machine) => boot(machine, touchPages, rewritePages),
    workload: () => ({ request: () => new Uint8Array(0) }),
  });
}

function boot({ memory, allocator }: ProgramMachine, touchPages: number, rewritePages: number) {
  const state = CounterState.at(memory, PROGRAM_AREA_ADDRESS);
  if (touchPages > 0) {
    const touched = allocator.allocate(touchPages * PAGE_SIZE);
    if (touched === undefined) {
      throw new StandinRangeError(
        "COUNTER_PAGES",
        `touchPages: expected at most the ${allocator.freeCount} free pages of the memory, got ${touchPages}`,
      );
    }
    state.touched = touched;
    for (let page = 0; page < touchPages; page += 1)
      memory.store32(touched + page * PAGE_SIZE, ~0 >>> 0);
  }
  return {
    replyBytesMax: REPLY_BYTES,
    execute(): Uint8Array {
      const value = state.value + 1;
      state.value = value;
      for (let turn = 0; turn < rewritePages; turn += 1) {
        const page = (value * rewritePages + turn) % touchPages;
        memory.store32(state.touched + page * PAGE_SIZE, value % 0x1_0000_0000);
      }
      return encodeValue(value);
    },
  } satisfies Program;
}

function checkCount(name: string, count: number, most: number): void {
  if (Number.isSafeInteger(count) && count >= 0 && count <= most) return;
  throw new StandinRangeError(
    "COUNTER_PAGES",
    `${name}: expected a whole number from 0 to ${most}, got ${count}`,
  );
}

function encodeValue(value: number): Uint8Array {
  const reply = new Uint8Array(REPLY_BYTES);
  new DataView(reply.buffer).setBigUint64(0, BigInt(value), true);
  return reply;
}

/**
 * The value in a reply's payload; `undefined` if the machine refused the request
 * ({@link sessionStatusOf} says why).
 *
 * @throws StandinRangeError `COUNTER_REPLY` for bytes that are no reply of a counter.
 */
export function counterValue(payload: Uint8Array): number | undefined {
  if (sessionStatusOf(payload) !== undefined) return undefined;
  if (payload.length !== REPLY_BYTES) {
    throw new StandinRangeError(
      "COUNTER_REPLY",
      `expected a reply of ${REPLY_BYTES} bytes, got ${payload.length}`,
    );
  }
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  return Number(view.getBigUint64(0, true));
}
