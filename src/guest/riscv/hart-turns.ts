import { assert } from "../../sim/assert.ts";
import type { ByteReader } from "../../sim/byte-reader.ts";
import type { ByteWriter } from "../../sim/byte-writer.ts";
import { StandinRangeError } from "../../sim/errors.ts";
import type { DeviceState } from "./devices/device-state.ts";

/** Longest turn of a hart while another one wants to run too, in ticks. */
export const TURN_TICKS_MAX = 256;

/**
 * Which hart runs, and for how long, where harts take turns. The length of each turn is drawn from a
 * stream of the host when the turn begins. Whose turn it is and what is left of it are state of the
 * machine; the stream is not. So a copy ends the turn as the original would, and then goes its own
 * way: that the interleaving of harts cannot be told from what a machine did before is what
 * multiprocessors do to whoever replays them.
 *
 * A single hart has the turn for ever and draws nothing.
 */
export class HartTurns implements DeviceState {
  readonly #harts: number;
  readonly #random32: () => number;
  #current = 0;
  #leftTicks = 0;

  /**
   * @param harts How many there are.
   * @param random32 Draws 32 random bits, 0 to 2^32 - 1; called once for each turn.
   */
  constructor(harts: number, random32: () => number) {
    assert(harts >= 1, "turns are taken by somebody");
    this.#harts = harts;
    this.#random32 = random32;
  }

  /** Ticks that are left of the turn; infinity for a single hart. */
  get leftTicks(): number {
    return this.#harts === 1 ? Number.POSITIVE_INFINITY : this.#leftTicks;
  }

  /**
   * The hart that runs now, or `undefined` if none can. A new turn begins if the last one is over or
   * its hart cannot run; what that hart had left of it is forfeit.
   */
  next(canRun: (hart: number) => boolean): number | undefined {
    if (this.#harts === 1) return canRun(0) ? 0 : undefined;
    if (this.#leftTicks > 0 && canRun(this.#current)) return this.#current;
    for (let step = 1; step <= this.#harts; step += 1) {
      const hart = (this.#current + step) % this.#harts;
      if (!canRun(hart)) continue;
      this.#current = hart;
      this.#leftTicks = 1 + (this.#random32() % TURN_TICKS_MAX);
      return hart;
    }
    return undefined;
  }

  /** Takes ticks that the hart has used off its turn. */
  use(ticks: number): void {
    assert(ticks <= this.leftTicks, "a hart does not run longer than its turn");
    if (this.#harts > 1) this.#leftTicks -= ticks;
  }

  save(writer: ByteWriter): void {
    writer.u8(this.#current).u16(this.#leftTicks);
  }

  parse(reader: ByteReader): () => void {
    const [current, leftTicks] = [reader.u8(), reader.u16()];
    const leftTicksMax = this.#harts === 1 ? 0 : TURN_TICKS_MAX;
    if (reader.failed || current >= this.#harts || leftTicks > leftTicksMax) {
      throw new StandinRangeError(
        "GUEST_REGISTERS",
        `expected a turn of one of ${this.#harts} harts with up to ${leftTicksMax} ticks left, got hart ${current} with ${leftTicks}`,
      );
    }
    return () => {
      this.#current = current;
      this.#leftTicks = leftTicks;
    };
  }
}
