import {
  CONSOLE_BYTES_MAX,
  type ConsolePacket,
  decodeConsolePacket,
  encodeConsolePacket,
} from "../guest/console-packet.ts";
import type { ClientEndpoint } from "../host/client-endpoint.ts";
import { assert } from "../sim/assert.ts";
import type { Engine } from "../sim/engine.ts";
import { StandinRangeError } from "../sim/errors.ts";
import { type Process, sleep } from "../sim/process.ts";
import { ms, type Nanoseconds } from "../sim/time.ts";
import type { ClientRecord } from "./records.ts";

/** Most bytes of a transcript. */
const TRANSCRIPT_BYTES_MAX: number = 64 << 20;

/** How a console behaves. */
export interface ConsoleOptions {
  /** From one poll of the machine to the next. Default 50 ms. */
  readonly poll?: Nanoseconds;
}

/** What a console is made of. */
export interface ConsoleParts {
  readonly engine: Engine;
  readonly endpoint: ClientEndpoint;
  /** Address of the machine. */
  readonly machine: string;
}

/**
 * The terminal at the other end of a machine's serial line: collects what the machine prints, byte by
 * byte in the machine's own numbering, and types. What a stand-in says again must be what its
 * predecessor has said; where it is not, the console notes it in the trace (`console.diverged`).
 */
export class Console {
  readonly name: string;
  readonly machine: string;
  readonly #parts: ConsoleParts;
  readonly #pollNs: Nanoseconds;
  #transcript: Uint8Array = new Uint8Array(1_024);
  #length = 0;
  /** Typed, and not yet taken by the machine. */
  #typed: number[] = [];
  /** Number of the first of them. */
  #typedOffset = 0;

  /**
   * Begins to poll at once.
   *
   * @throws StandinRangeError `CONSOLE_OPTION` for a time between polls that is not 1 ns or more.
   */
  constructor(parts: ConsoleParts, options: ConsoleOptions = {}) {
    const { engine, endpoint, machine } = parts;
    const { poll = ms(50) } = options;
    if (!(Number.isSafeInteger(poll) && poll >= 1)) {
      throw new StandinRangeError(
        "CONSOLE_OPTION",
        `poll: expected a whole number of nanoseconds from 1, got ${poll}`,
      );
    }
    this.#parts = parts;
    this.#pollNs = poll;
    this.name = endpoint.name;
    this.machine = machine;
    const owner = engine.createOwner(this.name);
    engine.spawn(`${this.name}: listen`, owner, () => this.#listen());
    engine.spawn(`${this.name}: poll`, owner, () => this.#poll());
  }

  /** Everything that was printed so far; a copy. */
  get transcript(): Uint8Array {
    return this.#transcript.slice(0, this.#length);
  }

  /** The transcript as text, a character for each byte. */
  get text(): string {
    let text = "";
    for (let at = 0; at < this.#length; at += 1) text += String.fromCharCode(this.#transcript[at]!);
    return text;
  }

  /** True once the machine has taken all that was typed. */
  get allTaken(): boolean {
    return this.#typed.length === 0;
  }

  /**
   * Types, as fast as the machine takes it.
   *
   * @param text Characters of one byte each.
   * @throws StandinRangeError `CONSOLE_TEXT` for any other character; nothing is typed then.
   */
  type(text: string): void {
    const codes = Array.from({ length: text.length }, (_none, index) => text.charCodeAt(index));
    const wrong = codes.findIndex((code) => code > 0xff);
    if (wrong >= 0) {
      throw new StandinRangeError(
        "CONSOLE_TEXT",
        `text: expected characters up to U+00FF, got ${JSON.stringify(text[wrong])} at ${wrong}`,
      );
    }
    this.#typed.push(...codes);
    this.#send();
  }

  *#listen(): Process<never> {
    const { inbox } = this.#parts.endpoint;
    for (;;) {
      const packet = decodeConsolePacket(yield* inbox.receive());
      if (packet === undefined) continue;
      const taken = packet.received - this.#typedOffset;
      if (taken > 0 && taken <= this.#typed.length) {
        this.#typed.splice(0, taken);
        this.#typedOffset += taken;
        if (this.#typed.length > 0) this.#send();
      }
      this.#collect(packet);
    }
  }

  *#poll(): Process<never> {
    for (;;) {
      yield* sleep(this.#pollNs);
      this.#send();
    }
  }

  #send(): void {
    const bytes = Uint8Array.from(this.#typed.slice(0, CONSOLE_BYTES_MAX));
    const { endpoint, machine } = this.#parts;
    const { client } = endpoint;
    const [offset, received] = [this.#typedOffset, this.#length];
    endpoint.send(machine, encodeConsolePacket({ client, offset, received, bytes }));
  }

  #collect({ offset, bytes }: ConsolePacket): void {
    const known = Math.min(bytes.length, this.#length - offset);
    for (let at = 0; at < known; at += 1) {
      if (this.#transcript[offset + at] === bytes[at]) continue;
      this.#record({ kind: "console.diverged", offset: offset + at });
      return;
    }
    // A packet is missing before this one: it is sent again when the machine is polled.
    if (known < 0 || known === bytes.length) return;
    const added = bytes.subarray(known);
    this.#room(this.#length + added.length);
    this.#transcript.set(added, this.#length);
    const from = this.#length;
    this.#length += added.length;
    this.#record({ kind: "console.received", offset: from, bytes: added.length });
  }

  #room(length: number): void {
    assert(length <= TRANSCRIPT_BYTES_MAX, "a transcript is bounded");
    if (length <= this.#transcript.length) return;
    const grown = new Uint8Array(Math.max(length, 2 * this.#transcript.length));
    grown.set(this.#transcript);
    this.#transcript = grown;
  }

  #record(
    record:
      | { kind: "console.received"; offset: number; bytes: number }
      | { kind: "console.diverged"; offset: number },
  ): void {
    const { name: console, machine } = this;
    this.#parts.engine.trace.emit<ClientRecord>({ ...record, console, machine });
  }
}
