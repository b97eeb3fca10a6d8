import type { SecondarySide } from "../checkpoint/secondary-side.ts";
import { cloneGuest } from "../guest/copy-guest.ts";
import type { Guest, GuestImage } from "../guest/guest.ts";
import { StandinRangeError } from "../sim/errors.ts";
import type { Process } from "../sim/process.ts";
import type { Follower } from "./follower.ts";
import type { LogStore } from "./log-store.ts";
import type { LockstepRecord } from "./records.ts";

/** What a shadow did in one step. */
export interface ShadowStep {
  /** Position of the log that it is at now. */
  readonly position: number;
  /** The packet that it was given, if it was given one. */
  readonly input: Uint8Array | undefined;
  /** What it sent; nobody gets it. */
  readonly sent: readonly Uint8Array[];
  /** True for the step in which the first machine sent what showed the error. */
  readonly isError: boolean;
}

/**
 * A second instance of a machine that follows the first one with a delay. When the output of the first shows
 * an error the shadow is paused in the state that the first had the delay before, so that one can look how it
 * came about, and go on step by step up to the error (US11662051).
 *
 * It helps only where an error shows sooner than the delay after what caused it.
 */
export class Shadow {
  readonly #side: SecondarySide;
  readonly #store: LogStore;
  readonly #follower: Follower;
  #isPaused = false;

  /** Made by the secondary's side of a shadow scheme. */
  constructor(side: SecondarySide, store: LogStore, follower: Follower) {
    this.#side = side;
    this.#store = store;
    this.#follower = follower;
  }

  /** True once an error has stopped it. */
  get paused(): boolean {
    return this.#isPaused;
  }

  /** Position of the log that it is at; 0 before it has begun. */
  get position(): number {
    return this.#follower.position ?? 0;
  }

  /** Position at which the first machine sent what showed the error, once that is known. */
  get errorPosition(): number | undefined {
    return this.#store.errorAt;
  }

  /**
   * The machine as it is now, as a guest of its own: looking at it changes nothing.
   *
   * @param image The machine's.
   */
  inspect(image: GuestImage): Guest {
    return cloneGuest(image, this.#side.vm.guest);
  }

  /**
   * Does what the first machine did next, at once and outside of virtual time.
   *
   * @returns What happened; `undefined` behind the error, where nothing is known any more.
   * @throws StandinRangeError `SHADOW_RUNS` unless it is paused.
   */
  step(): ShadowStep | undefined {
    if (!this.#isPaused) {
      throw new StandinRangeError(
        "SHADOW_RUNS",
        "step: expected a shadow that an error has paused, got one that runs",
      );
    }
    if (!this.#follower.hasNext()) return undefined;
    const { position, input, sent } = this.#follower.step();
    return { position, input, sent, isError: position === this.#store.errorAt };
  }

  /** Stops it where it is. What is left is for looking at, and stands in for nobody. */
  *pause(): Process {
    this.#isPaused = true;
    this.#side.image.lose();
    yield* this.#side.engine.announce<LockstepRecord>({
      kind: "shadow.paused",
      errorPosition: this.#store.errorAt ?? 0,
      ...this.#store.at(this.position),
    });
  }
}
