import type { Memory } from "../memory/memory.ts";
import { PAGE_SHIFT, PAGE_SIZE } from "../memory/page.ts";
import { assert } from "../sim/assert.ts";
import { StandinRangeError } from "../sim/errors.ts";
import { GuestPanic } from "./guest-panic.ts";
import { PAYLOAD_BYTES_MAX, type Packet } from "./packet.ts";
import type { PageAllocator } from "./page-allocator.ts";
import { bytes, u16, u32 } from "./record-field.ts";
import { type RecordLayout, type RecordView, recordLayout } from "./record-layout.ts";
import { type ClientEntryView, REQUEST_NUMBER_MAX, SessionDirectory } from "./session-directory.ts";
import { SessionStatus } from "./session-status.ts";

/** Largest window that can be asked for. */
export const SESSION_WINDOW_MAX = 256;

/** Window unless another is asked for. */
export const SESSION_WINDOW_DEFAULT = 32;

/**
 * Refuses what is no window.
 *
 * @throws StandinRangeError `SESSION_WINDOW` unless it is a whole number from 1 to 256.
 */
export function expectWindow(window: number): void {
  if (Number.isInteger(window) && window >= 1 && window <= SESSION_WINDOW_MAX) return;
  throw new StandinRangeError(
    "SESSION_WINDOW",
    `expected a window from 1 to ${SESSION_WINDOW_MAX} requests, got ${window}`,
  );
}

/** A journal's byte counts executions up to this and no further. */
const EXECUTIONS_MAX = 0xff;

/** How a guest keeps its sessions. */
export interface SessionOptions {
  readonly memory: Memory;
  readonly allocator: PageAllocator;
  /** Address of the directory of clients. */
  readonly directoryAddress: number;
  /** Bytes of the largest reply; each client has room for a window of such replies. */
  readonly replyBytesMax: number;
  /** Replies kept for each client, 1 to {@link SESSION_WINDOW_MAX}. Default 32. */
  readonly window?: number;
  /**
   * Broken on purpose, for tests of the checks: a request that arrives again is executed again.
   * Default false.
   */
  readonly executeRetries?: boolean;
}

type StoredReplyFields = {
  readonly number: typeof u32;
  readonly lengthBytes: typeof u16;
  readonly reply: ReturnType<typeof bytes>;
};

/**
 * Executes each request of each client exactly once, however often it arrives, and answers
 * repetitions with the reply of that once.
 *
 * A client numbers its requests from 1 and retries with the same number. It may have every number
 * from the lowest unanswered one up to `window - 1` beyond it outstanding, in any order: reply n lies
 * in slot n modulo window until request n + window is executed, which says that reply n arrived.
 *
 * In guest memory, on pages allocated when first needed: for each client a journal, one byte for each
 * number = times executed, and the last replies. A request touches one page of each.
 */
export class Sessions {
  readonly #memory: Memory;
  readonly #allocator: PageAllocator;
  readonly #directory: SessionDirectory;
  readonly #window: number;
  readonly #executeRetries: boolean;
  readonly #replyLayout: RecordLayout<StoredReplyFields>;
  readonly #stored: RecordView<StoredReplyFields>;
  readonly #replyBytesMax: number;

  /** @throws StandinRangeError `SESSION_WINDOW` unless the window is from 1 to 256. */
  constructor(options: SessionOptions) {
    const { memory, allocator, replyBytesMax, window = SESSION_WINDOW_DEFAULT } = options;
    expectWindow(window);
    assert(replyBytesMax >= 1 && replyBytesMax <= PAYLOAD_BYTES_MAX, "a reply fits its packet");
    this.#memory = memory;
    this.#allocator = allocator;
    this.#directory = new SessionDirectory(memory, options.directoryAddress);
    this.#window = window;
    this.#executeRetries = options.executeRetries ?? false;
    this.#replyBytesMax = replyBytesMax;
    this.#replyLayout = recordLayout({
      number: u32,
      lengthBytes: u16,
      reply: bytes(replyBytesMax),
    });
    this.#stored = this.#replyLayout.at(memory, 0);
  }

  /**
   * The reply to a request: from `execute` if it is new, from memory if it is not.
   *
   * @param execute Does what the request asks for and returns its reply, of at most `replyBytesMax`
   *   bytes. Called at most once.
   * @returns The reply's payload, which the caller keeps.
   */
  answer(request: Packet, execute: (payload: Uint8Array) => Uint8Array): Uint8Array {
    const { client, number, payload } = request;
    if (number < 1 || number > REQUEST_NUMBER_MAX) return refusal(SessionStatus.numberOutOfRange);
    const entry = this.#directory.find(client);
    if (entry === undefined) return refusal(SessionStatus.tooManyClients);
    const journalAddress = this.#room(entry, client, number);
    if (journalAddress === undefined) return refusal(SessionStatus.outOfMemory);

    this.#stored.address = this.#replyAddress(entry.replyPage, number);
    const executions = this.#memory.load8(journalAddress);
    if (executions > 0 && !this.#executeRetries) return this.#repeat(number);

    const reply = execute(payload);
    assert(reply.length <= this.#replyBytesMax, "a reply fits where replies are kept");
    this.#memory.store8(journalAddress, Math.min(executions + 1, EXECUTIONS_MAX));
    this.#stored.number = number;
    this.#stored.lengthBytes = reply.length;
    this.#stored.reply.write(reply);
    return reply;
  }

  /** The address of a number's journal byte, after allocating what is missing; `undefined` without room. */
  #room(entry: ClientEntryView, client: number, number: number): number | undefined {
    if (entry.replyPage === 0) {
      const address = this.#allocator.allocate(this.#window * this.#replyLayout.sizeBytes);
      if (address === undefined) return undefined;
      entry.client = client;
      entry.replyPage = address >>> PAGE_SHIFT;
    }
    const index = number >>> PAGE_SHIFT;
    let page = entry.journal.get(index);
    if (page === 0) {
      const address = this.#allocator.allocate(PAGE_SIZE);
      if (address === undefined) return undefined;
      page = address >>> PAGE_SHIFT;
      entry.journal.set(index, page);
    }
    return page * PAGE_SIZE + (number % PAGE_SIZE);
  }

  #replyAddress(replyPage: number, number: number): number {
    return replyPage * PAGE_SIZE + (number % this.#window) * this.#replyLayout.sizeBytes;
  }

  #repeat(number: number): Uint8Array {
    const stored = this.#stored;
    // A client that keeps to its window never meets this: it had the reply before it went so far.
    if (stored.number !== number) return refusal(SessionStatus.replyForgotten);
    const { lengthBytes } = stored;
    if (lengthBytes > this.#replyBytesMax) {
      throw new GuestPanic(`a kept reply has ${lengthBytes} bytes`);
    }
    return stored.reply.read(lengthBytes);
  }
}

function refusal(status: SessionStatus): Uint8Array {
  return Uint8Array.of(status);
}
