import type { Memory } from "../memory/memory.ts";
import { assert } from "../sim/assert.ts";
import type { ByteReader } from "../sim/byte-reader.ts";
import type { ByteWriter } from "../sim/byte-writer.ts";
import { StandinRangeError } from "../sim/errors.ts";
import { CONSOLE_BYTES_MAX, decodeConsolePacket, encodeConsolePacket } from "./console-packet.ts";

/** Bytes of output kept until they are known to have arrived. */
export const CONSOLE_RING_BYTES = 65_536;

/** Most packets sent again for one poll. */
const PACKETS_AGAIN_MAX = 16;

const OFFSET_MAX = 0xffff_ffff;

/** What a console's line is made of. */
export interface ConsoleLineOptions {
  readonly memory: Memory;
  /** Where in it {@link CONSOLE_RING_BYTES} belong to the line. */
  readonly ringAddress: number;
  /** Client number of the console at the other end. */
  readonly client: number;
  /** Sends a packet; takes the bytes over. */
  readonly transmit: (packet: Uint8Array) => void;
  /** Gives the machine what was typed; returns how many bytes it took. */
  readonly type: (bytes: Uint8Array) => number;
}

/**
 * The machine's end of the line to its console, which goes on where it was after a failover: a host
 * that dies takes the packets with it that it held, and a serial line has nobody who would ask again.
 *
 * So output stays in a ring in the machine's memory, and so in every checkpoint, until the console
 * says that it has it; the console polls. What was typed is numbered, too, and taken once.
 */
export class ConsoleLine {
  readonly #options: ConsoleLineOptions;
  readonly #one: Uint8Array = new Uint8Array(1);
  /** Bytes of output so far. */
  #printed = 0;
  /** Of these, sent at least once. */
  #sent = 0;
  /** Of these, known to have arrived, or given up because the ring was full. */
  #acknowledged = 0;
  /** What had been sent when the console polled last. */
  #sentBeforePoll = 0;
  /** Bytes typed that the machine has taken. */
  #taken = 0;

  constructor(options: ConsoleLineOptions) {
    this.#options = options;
  }

  /** Bytes of output so far. */
  get printed(): number {
    return this.#printed;
  }

  /** Takes a byte of output. Beyond 2^32 - 1 bytes nothing more is printed. */
  print(byte: number): void {
    if (this.#printed === OFFSET_MAX) return;
    const { memory, ringAddress } = this.#options;
    this.#one[0] = byte;
    memory.dmaWrite(ringAddress + (this.#printed % CONSOLE_RING_BYTES), this.#one);
    this.#printed += 1;
    // A console that says nothing for long, or does not exist, misses what is overwritten.
    const kept = Math.max(0, this.#printed - CONSOLE_RING_BYTES);
    this.#acknowledged = Math.max(this.#acknowledged, kept);
    this.#sent = Math.max(this.#sent, kept);
  }

  /** Sends what was printed and not sent yet. */
  flush(): void {
    while (this.#sent < this.#printed) this.#sent = this.#send(this.#sent);
    assert(this.#sent === this.#printed, "everything printed is sent once");
  }

  /**
   * Takes a packet of the console: what was typed, and what has arrived there.
   *
   * @returns False for a packet that is none of this console.
   */
  receive(bytes: Uint8Array): boolean {
    const packet = decodeConsolePacket(bytes);
    if (packet?.client !== this.#options.client) return false;
    const isNew = packet.received >= this.#acknowledged && packet.received <= this.#printed;
    if (isNew) this.#acknowledged = packet.received;
    const skipped = this.#taken - packet.offset;
    if (skipped >= 0 && skipped < packet.bytes.length) {
      this.#taken += this.#options.type(packet.bytes.subarray(skipped));
    }
    this.flush();
    this.#sendAgain();
    this.#sentBeforePoll = this.#sent;
    return true;
  }

  /** Writes 20 bytes. */
  save(writer: ByteWriter): void {
    writer.u32(this.#printed).u32(this.#sent).u32(this.#acknowledged);
    writer.u32(this.#sentBeforePoll).u32(this.#taken);
  }

  /**
   * Reads what {@link ConsoleLine.save} wrote; it may be anything.
   *
   * @returns Takes it over.
   * @throws StandinRangeError `GUEST_REGISTERS` for numbers that contradict each other.
   */
  parse(reader: ByteReader): () => void {
    const [printed, sent, acknowledged] = [reader.u32(), reader.u32(), reader.u32()];
    const [sentBeforePoll, taken] = [reader.u32(), reader.u32()];
    const inOrder = acknowledged <= sent && sent <= printed && sentBeforePoll <= sent;
    if (!inOrder || printed - acknowledged > CONSOLE_RING_BYTES) {
      throw new StandinRangeError(
        "GUEST_REGISTERS",
        `expected a console line with at most ${CONSOLE_RING_BYTES} bytes under way, got ${printed} printed, ${sent} sent, ${acknowledged} arrived`,
      );
    }
    return () => {
      this.#printed = printed;
      this.#sent = sent;
      this.#acknowledged = acknowledged;
      this.#sentBeforePoll = sentBeforePoll;
      this.#taken = taken;
    };
  }

  /** Sends again what has been under way since before the last poll; without any, says what was taken. */
  #sendAgain(): void {
    const until = this.#sentBeforePoll;
    let from = this.#acknowledged;
    for (let count = 0; count < PACKETS_AGAIN_MAX; count += 1) {
      if (from >= until && count > 0) return;
      from = this.#send(from, until);
    }
  }

  /** Sends a packet from a byte on; returns where the next one begins. */
  #send(from: number, until: number = this.#printed): number {
    const { memory, ringAddress, client, transmit } = this.#options;
    const start = from % CONSOLE_RING_BYTES;
    const room = Math.min(CONSOLE_BYTES_MAX, CONSOLE_RING_BYTES - start);
    const length = Math.max(0, Math.min(room, until - from));
    const bytes = memory.dmaRead(ringAddress + start, length);
    transmit(encodeConsolePacket({ client, offset: from, received: this.#taken, bytes }));
    return from + length;
  }
}
