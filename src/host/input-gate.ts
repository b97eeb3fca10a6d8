import { Awaitable, PENDING } from "../sim/awaitable.ts";
import type { Channel } from "../sim/channel.ts";
import type { Trace } from "../sim/trace.ts";
import type { HostRecord } from "./records.ts";

/** What an input gate is made of. */
export interface InputGateOptions {
  readonly trace: Trace;
  readonly machine: string;
  /** Name of the host. */
  readonly host: string;
  /** Where packets for the machine wait. */
  readonly inbox: Channel<Uint8Array>;
}

/**
 * What stands between a machine and the packets for it: open, or telling the machine that there are
 * none, whatever comes. They wait in the inbox meanwhile, in their order.
 */
export class InputGate {
  readonly #options: InputGateOptions;
  readonly #receive: Awaitable<Uint8Array>;
  #refuses = false;

  /** Makes a gate that is open. */
  constructor(options: InputGateOptions) {
    this.#options = options;
    const arrival = options.inbox.receive();
    this.#receive = new Awaitable(arrival.condition, () =>
      this.#refuses ? PENDING : arrival.poll(),
    );
  }

  /** Takes the oldest packet, waiting until there is one; who waits has to look again after {@link open}. */
  receive(): Awaitable<Uint8Array> {
    return this.#receive;
  }

  /** Takes the oldest packet if there is one. */
  tryReceive(): Uint8Array | undefined {
    return this.#refuses ? undefined : this.#options.inbox.tryReceive();
  }

  /** From now on there are no packets. Nothing happens if there are none already. */
  refuse(): void {
    if (this.#refuses) return;
    this.#refuses = true;
    this.#record("input.refused");
  }

  /** Those that wait are there again. @returns False if it was open: then nothing happens. */
  open(): boolean {
    if (!this.#refuses) return false;
    this.#refuses = false;
    this.#record("input.taken");
    return true;
  }

  /** Broken on purpose: throws away what waits while it refuses, as a card that is emptied and not left alone. */
  discard(): void {
    if (this.#refuses) this.#options.inbox.clear();
  }

  #record(kind: "input.refused" | "input.taken"): void {
    const { trace, machine, host, inbox } = this.#options;
    trace.emit<HostRecord>({ kind, machine, host, waiting: inbox.length });
  }
}
