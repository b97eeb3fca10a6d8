import type { DiskRead, GuestServices } from "../guest/guest.ts";
import { assert } from "../sim/assert.ts";
import type { RandomStream } from "../sim/random.ts";
import type { HostClock } from "./host-clock.ts";
import type { MachineTap } from "./machine-tap.ts";

/** Most packets one quantum of a guest may send; more is a defect of the guest. */
const TRANSMISSIONS_MAX = 4_096;

/** What answers a guest instead of its host. */
export type AnswerSource = Required<Pick<GuestServices, "now" | "random32" | "diskRead">>;

/**
 * What the services of a guest lead to: the clock and the randomness of its host, and the machine's own disk,
 * unless somebody answers for them; whoever listens is told of the answers. What the guest sends is kept until it is taken.
 *
 * Which hart runs next is not told to whoever listens: processors decide that between themselves, and no
 * hypervisor can log it.
 */
export class GuestPort implements GuestServices {
  /** Told of all answers. Default: nobody. */
  tap: MachineTap | undefined;
  /** Answers for the host. Default: the host itself. */
  source: AnswerSource | undefined;
  readonly #clock: HostClock;
  readonly #random: RandomStream;
  readonly #transmitted: Uint8Array[] = [];

  constructor(clock: HostClock, random: RandomStream) {
    this.#clock = clock;
    this.#random = random;
  }

  now(): number {
    const value = (this.source ?? this.#clock).now();
    this.tap?.clockRead(value);
    return value;
  }

  random32(): number {
    const value = this.source === undefined ? this.#random.u32() : this.source.random32();
    this.tap?.randomDrawn(value);
    return value;
  }

  diskRead(read: DiskRead): Uint8Array {
    const bytes = this.source === undefined ? read.own() : this.source.diskRead(read);
    this.tap?.diskRead(bytes);
    return bytes;
  }

  turn32(): number {
    return this.#random.u32();
  }

  transmit(packet: Uint8Array): void {
    assert(this.#transmitted.length < TRANSMISSIONS_MAX, "a guest sends a bounded amount");
    this.#transmitted.push(packet);
  }

  /** What the guest has sent since {@link GuestPort.forget}, in order. */
  get transmitted(): readonly Uint8Array[] {
    return this.#transmitted;
  }

  /**
   * Forgets what the guest has sent.
   *
   * @param kept So many packets, the oldest, are kept. Default none.
   */
  forget(kept = 0): void {
    assert(kept <= this.#transmitted.length, "only what was sent is kept");
    this.#transmitted.length = kept;
  }
}
