import type { PrimarySide } from "../../checkpoint/primary-side.ts";
import type { Nanoseconds } from "../../sim/time.ts";
import type { DivergenceReason } from "./connection.ts";
import type { CompareSettings } from "./options.ts";
import { Similarity } from "./similarity.ts";

const PPM = 1_000_000;

/**
 * When results that differ ask for a checkpoint: at once if the similarity of the last ones is below a
 * threshold, and after a while in any case, for what differs is held until there is one. However many
 * differ, they ask for one checkpoint; how soon it comes is up to the trigger, which keeps to a minimum
 * interval (US11641395; COLO since 2020).
 */
export class Regulation {
  readonly #side: PrimarySide;
  readonly #settings: CompareSettings;
  readonly #similarity: Similarity;
  /** When a result that differs has waited long enough; on the host's clock that nobody sets. */
  #dueNs: Nanoseconds = Number.POSITIVE_INFINITY;
  /** Results that differ and have had no checkpoint of their own, for the variant that gives them one. */
  #miscompares = 0;

  constructor(side: PrimarySide, settings: CompareSettings) {
    this.#side = side;
    this.#settings = settings;
    this.#similarity = new Similarity(settings.measure, settings.windowPackets);
  }

  /** Notes a result; returns the similarity with it, in millionths. */
  note(bytes: number, isSame: boolean): number {
    this.#similarity.note(bytes, isSame);
    return this.#similarity.ppm;
  }

  /** A result differs. */
  diverged(reason: DivergenceReason): void {
    const { similarity, thresholdNs } = this.#settings;
    this.#miscompares += 1;
    if (reason !== "unequal" || this.#similarity.ppm < similarity * PPM) {
      this.ask();
      return;
    }
    const dueNs = this.#side.host.clock.monotonic() + thresholdNs;
    this.#dueNs = Math.min(this.#dueNs, dueNs);
  }

  /** Asks for a checkpoint, whatever the similarity is. */
  ask(): void {
    this.#side.requested.set();
  }

  /** Looks whether a result that differs has waited long enough. */
  look(nowNs: Nanoseconds): void {
    if (nowNs >= this.#dueNs) this.ask();
  }

  /** A checkpoint is taken: from here on the machines are the same, and all that is counted begins anew. */
  taken(): void {
    this.#dueNs = Number.POSITIVE_INFINITY;
    this.#similarity.reset();
    this.#miscompares = this.#settings.perMiscompare ? Math.max(0, this.#miscompares - 1) : 0;
    // Who asked since the checkpoint was begun has been served by it.
    this.#side.requested.clear();
  }

  /** The checkpoint is there. */
  committed(): void {
    if (this.#miscompares > 0) this.ask();
  }
}
