import { NEVER } from "../../host/deadline-timer.ts";
import type { Host } from "../../host/host.ts";
import { assert } from "../../sim/assert.ts";
import type { Engine } from "../../sim/engine.ts";
import type { Process } from "../../sim/process.ts";
import { Signal } from "../../sim/signal.ts";
import type { Nanoseconds } from "../../sim/time.ts";

/** What a deferral is made of. */
export interface DeferralOptions {
  readonly engine: Engine;
  readonly host: Host;
  readonly machine: string;
  /** Longest time that a packet is deferred, on the host's clock that nobody sets. */
  readonly mostDelayNs: Nanoseconds;
  /** Set when the first packet has waited so long; cleared by whoever takes it. */
  readonly held: Signal;
}

/**
 * Counts how long packets that may be deferred have waited, from the first of them on, and asks for a
 * checkpoint when that is as long as they may. As long as nothing is deferred it makes no events.
 */
export class Deferral {
  readonly #options: DeferralOptions;
  /** Set while there is something to count. */
  readonly #counting: Signal;
  #untilNs: Nanoseconds = NEVER;
  #isSpawned = false;

  constructor(options: DeferralOptions) {
    const { engine, host, machine } = options;
    this.#options = options;
    this.#counting = new Signal(engine, `${machine} on ${host.name}: output deferred`);
  }

  /** The host's clock that nobody sets. */
  get nowNs(): Nanoseconds {
    return this.#options.host.clock.monotonic();
  }

  /** When the first packet will have waited as long as it may, by that clock; `NEVER` without any. */
  get untilNs(): Nanoseconds {
    return this.#untilNs;
  }

  /** True when the first packet has waited as long as it may. */
  get isOver(): boolean {
    return this.nowNs >= this.#untilNs;
  }

  /**
   * Says since when the first of the deferred packets has waited, by {@link Deferral.nowNs}.
   *
   * @param sinceNs Not earlier than before: packets leave in order. `undefined` if none is left.
   */
  countFrom(sinceNs: Nanoseconds | undefined): void {
    const untilNs = sinceNs === undefined ? NEVER : sinceNs + this.#options.mostDelayNs;
    assert(this.#untilNs === NEVER || untilNs >= this.#untilNs, "packets leave in order");
    this.#untilNs = untilNs;
    if (sinceNs === undefined || this.isOver) {
      this.#counting.clear();
      return;
    }
    this.#counting.set();
    if (this.#isSpawned) return;
    this.#isSpawned = true;
    const { engine, host, machine } = this.#options;
    engine.spawn(`${machine} on ${host.name}: deferral`, host.owner, () => this.#run());
  }

  *#run(): Process<never> {
    const { host, held } = this.#options;
    for (;;) {
      yield* this.#counting.wait();
      // The moment never moves nearer, so it is enough to look again when the old one is reached.
      if (!this.isOver) yield* host.clock.sleep(this.#untilNs - this.nowNs);
      if (!this.isOver) continue;
      this.#counting.clear();
      held.set();
    }
  }
}
