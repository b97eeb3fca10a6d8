import { assert } from "../sim/assert.ts";
import type { Engine } from "../sim/engine.ts";
import { StandinRangeError } from "../sim/errors.ts";
import type { RandomStream } from "../sim/random.ts";
import type { Nanoseconds } from "../sim/time.ts";
import { transmissionNs } from "./bandwidth.ts";
import { changedSettings, type LinkOptions, type LinkSettings } from "./link-options.ts";
import type { LinkRule, LinkVerdict } from "./link-rule.ts";
import type { DropReason, HostRecord } from "./records.ts";

/** Shortest time on the wire counts this many bytes: the smallest frame of Ethernet. */
export const FRAME_BYTES_MIN = 64;

/** Most rules of one wire. */
const RULES_MAX = 1_024;

const PPM = 1_000_000;

/**
 * Takes a packet that has arrived, and owns its bytes; says why when it does not. It is told of damage
 * as a card that checks frames is; whether anybody looks at that is its own business.
 */
export type Delivery = (
  port: string,
  bytes: Uint8Array,
  isDamaged: boolean,
) => DropReason | undefined;

/** What a wire is made of. */
export interface WireParts {
  readonly engine: Engine;
  /** Name of the sending end. */
  readonly from: string;
  /** Name of the receiving end. */
  readonly to: string;
  readonly settings: LinkSettings;
  readonly deliver: Delivery;
}

/**
 * One direction of a cable. Packets leave one after the other at its bandwidth, from a bounded queue,
 * and arrive after its latency, in order unless bad luck says otherwise. Nobody is told of a loss.
 *
 * A packet passes, in this order: is the wire cut; the rules; is there room in the queue; bad luck
 * (loss, corruption, duplication, jitter, reordering); on arrival: did its sender lose power before it
 * had left, is the wire cut, does the receiver take it.
 *
 * Random draws come from the stream `wire FROM > TO`.
 */
export class Wire {
  readonly from: string;
  readonly to: string;
  readonly #engine: Engine;
  readonly #random: RandomStream;
  readonly #deliver: Delivery;
  #settings: LinkSettings;
  /** The queue's bound as the time it takes to send that much. */
  #queueNs: Nanoseconds = 0;
  #rules: readonly LinkRule[] = [];
  #isCut = false;
  /** When the last packet of the queue will have left. */
  #freeAtNs: Nanoseconds = 0;
  /** When the last packet that keeps the order will arrive. */
  #lastArrivalNs: Nanoseconds = 0;
  /** When the sender lost power, for each time it did. */
  readonly #powerLossesNs: Nanoseconds[] = [];

  constructor({ engine, from, to, settings, deliver }: WireParts) {
    this.from = from;
    this.to = to;
    this.#engine = engine;
    this.#random = engine.random(`wire ${from} > ${to}`);
    this.#deliver = deliver;
    this.#settings = settings;
    this.#setQueueBound();
  }

  /** How it behaves now. */
  get settings(): LinkSettings {
    return this.#settings;
  }

  /** True between {@link Wire.cut} and {@link Wire.mend}. */
  get isCut(): boolean {
    return this.#isCut;
  }

  /**
   * Changes some settings, for packets sent from now on: what is in the queue leaves at the old speed.
   *
   * @throws StandinRangeError `LINK_OPTION` or `BANDWIDTH` when a value is out of range.
   */
  change(changes: LinkOptions): void {
    this.#settings = changedSettings(this.#settings, changes);
    this.#setQueueBound();
    const { latency, bandwidth, jitter, loss, duplication, reordering, corruption } =
      this.#settings;
    this.#engine.trace.emit<HostRecord>({
      kind: "link.changed",
      from: this.from,
      to: this.to,
      latencyNs: latency,
      bandwidthBitsPerSecond: bandwidth,
      jitterNs: jitter,
      lossPpm: Math.round(loss * PPM),
      duplicationPpm: Math.round(duplication * PPM),
      reorderingPpm: Math.round(reordering * PPM),
      corruptionPpm: Math.round(corruption * PPM),
    });
  }

  /**
   * Adds a rule behind those there are.
   *
   * @returns Takes the rule away again; calling it twice does no harm.
   */
  addRule(rule: LinkRule): () => void {
    assert(this.#rules.length < RULES_MAX, "the rules of a wire are bounded");
    // An entry of its own: the same function may be added twice and taken away once.
    const entry: LinkRule = (packet) => rule(packet);
    this.#rules = [...this.#rules, entry];
    return () => {
      this.#rules = this.#rules.filter((each) => each !== entry);
    };
  }

  /** Cuts it: packets sent, or due to arrive, until {@link Wire.mend} are lost. */
  cut(): void {
    this.#isCut = true;
  }

  /** Mends it. */
  mend(): void {
    this.#isCut = false;
  }

  /** The sender lost power: what has not wholly left is lost, what is on its way arrives. */
  losePower(): void {
    const nowNs = this.#engine.now;
    this.#powerLossesNs.push(nowNs);
    this.#freeAtNs = nowNs;
    // What is lost with the queue holds back nobody; what has left arrives by then.
    const { latency, jitter } = this.#settings;
    this.#lastArrivalNs = Math.min(this.#lastArrivalNs, nowNs + latency + jitter);
  }

  /**
   * Sends a packet.
   *
   * @param bytes Taken over: the caller must not change them any more.
   * @returns When the packet has left the sender; now if it is lost at once.
   */
  send(port: string, bytes: Uint8Array): Nanoseconds {
    const nowNs = this.#engine.now;
    this.#record("link.sent", port, bytes.length);
    if (this.#isCut) return this.#drop(port, bytes.length, "partition");
    let verdict: LinkVerdict = "pass";
    if (this.#rules.length > 0) {
      verdict = this.#judge(port, bytes.length);
      if (verdict === "drop") return this.#drop(port, bytes.length, "rule");
      if (typeof verdict === "object") {
        this.#fly(port, bytes, false, nowNs, nowNs + verdict.deliverAfterNs);
        return nowNs;
      }
    }
    const { bandwidth } = this.#settings;
    const busyNs = transmissionNs(Math.max(bytes.length, FRAME_BYTES_MIN), bandwidth);
    const leftNs = Math.max(nowNs, this.#freeAtNs) + busyNs;
    // An idle wire takes any packet; the queue's bound is for what must wait.
    if (this.#freeAtNs > nowNs && leftNs - nowNs > this.#queueNs) {
      return this.#drop(port, bytes.length, "queue-full");
    }
    this.#freeAtNs = leftNs;
    this.#depart(port, bytes, leftNs, verdict);
    return leftNs;
  }

  /** The packet has left: what happens to it on its way? */
  #depart(port: string, bytes: Uint8Array, leftNs: Nanoseconds, verdict: LinkVerdict): void {
    const { latency, jitter, loss, corruption, duplication, reordering, reorderingDelay } =
      this.#settings;
    const lucky = verdict !== "pass";
    if (!lucky && this.#hits(loss)) {
      this.#drop(port, bytes.length, "loss");
      return;
    }
    const isDamaged = verdict === "corrupt" || (!lucky && this.#hits(corruption));
    if (isDamaged) this.#corrupt(port, bytes);
    let arrivalNs = leftNs + latency;
    if (!lucky && jitter > 0) arrivalNs += this.#random.below(jitter + 1);
    // Delays differ, the order does not.
    arrivalNs = Math.max(arrivalNs, this.#lastArrivalNs);
    if (verdict === "duplicate" || (!lucky && this.#hits(duplication))) {
      this.#record("link.duplicated", port, bytes.length);
      const lateNs = this.#random.below(reorderingDelay + 1);
      this.#fly(port, bytes.slice(), isDamaged, leftNs, arrivalNs + lateNs);
    }
    if (!lucky && this.#hits(reordering)) {
      // Held back without holding back the others.
      arrivalNs += this.#random.between(1, reorderingDelay);
    } else {
      this.#lastArrivalNs = arrivalNs;
    }
    this.#fly(port, bytes, isDamaged, leftNs, arrivalNs);
  }

  #fly(
    port: string,
    bytes: Uint8Array,
    isDamaged: boolean,
    leftNs: Nanoseconds,
    arrivalNs: Nanoseconds,
  ): void {
    const nowNs = this.#engine.now;
    assert(arrivalNs >= nowNs, "nothing arrives before it was sent");
    const powerLossCount = this.#powerLossesNs.length;
    this.#engine.schedule(arrivalNs - nowNs, () => {
      // The first loss of power after it was sent decides whether it had left by then.
      const powerLossNs = this.#powerLossesNs[powerLossCount];
      if (powerLossNs !== undefined && leftNs > powerLossNs) {
        this.#drop(port, bytes.length, "powered-off");
      } else if (this.#isCut) {
        this.#drop(port, bytes.length, "partition");
      } else {
        const { length } = bytes;
        const reason = this.#deliver(port, bytes, isDamaged);
        if (reason === undefined) this.#record("link.delivered", port, length);
        else this.#drop(port, length, reason);
      }
    });
  }

  #judge(port: string, length: number): LinkVerdict {
    const packet = { from: this.from, to: this.to, port, bytes: length, atNs: this.#engine.now };
    for (const rule of this.#rules) {
      const verdict = rule(packet);
      if (verdict === "pass") continue;
      if (typeof verdict === "object") checkDelay(verdict.deliverAfterNs);
      return verdict;
    }
    return "pass";
  }

  #corrupt(port: string, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const at = this.#random.below(bytes.length);
    bytes[at]! ^= 1 << this.#random.below(8);
    this.#record("link.corrupted", port, bytes.length);
  }

  /** Draws only for what can happen, so that a wire without faults draws nothing. */
  #hits(probability: number): boolean {
    return probability > 0 && this.#random.chance(probability);
  }

  #setQueueBound(): void {
    this.#queueNs = transmissionNs(this.#settings.queueBytes, this.#settings.bandwidth);
  }

  #record(
    kind: "link.sent" | "link.delivered" | "link.duplicated" | "link.corrupted",
    port: string,
    bytes: number,
  ): void {
    this.#engine.trace.emit<HostRecord>({ kind, from: this.from, to: this.to, port, bytes });
  }

  #drop(port: string, bytes: number, reason: DropReason): Nanoseconds {
    const { from, to } = this;
    this.#engine.trace.emit<HostRecord>({ kind: "link.dropped", from, to, port, bytes, reason });
    return this.#engine.now;
  }
}

function checkDelay(delayNs: Nanoseconds): void {
  if (Number.isSafeInteger(delayNs) && delayNs >= 0) return;
  throw new StandinRangeError(
    "LINK_VERDICT",
    `deliverAfterNs: expected whole nanoseconds from 0, got ${delayNs}`,
  );
}
