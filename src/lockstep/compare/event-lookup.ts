import type { Nanoseconds } from "../../sim/time.ts";
import type { ComparedPacket } from "./compared-packet.ts";
import { Comparer } from "./comparer.ts";
import type { CompareSettings } from "./options.ts";
import type { Outbox } from "./outbox.ts";

/** Most events of the primary that come before the checkpoint whose state they follow on; more are lost. */
const EARLY_EVENTS_MAX = 4_096;

/**
 * The stand-by's part of comparing where it compares: for each event of its own machine it looks up what
 * the primary has logged, and tells the primary whether it is the same.
 *
 * Source: US8201169, quasi-lockstep.
 */
export class EventLookup {
  readonly #comparer: Comparer;
  /** Events of a state that is yet to be loaded. */
  #early: ComparedPacket[] = [];
  #epoch = 1;

  /** @param drop Told the number of an event of its own machine that the primary sends. */
  constructor(settings: CompareSettings, outbox: Outbox, drop: (order: number) => void) {
    const { isSequenced, queuePackets, timeoutNs, broken } = settings;
    const { skipOnTimeout = false } = broken;
    const options = { isSequenced, mostPackets: queuePackets, timeoutNs, skipOnTimeout };
    this.#comparer = new Comparer(options, {
      matched: ({ epoch, order }) => void outbox.offer({ type: "same", epoch, order }),
      dropped: ({ order }) => drop(order),
      diverged: ({ from, epoch, order }, reason) => {
        const about = from === "primary" ? order : 0;
        outbox.offer({ type: "differs", epoch, order: about, reason });
      },
    });
  }

  /** An event that the primary has logged. */
  addEvent(event: ComparedPacket): void {
    if (event.epoch === this.#epoch) this.#comparer.addPrimary(event);
    else if (event.epoch > this.#epoch && this.#early.length < EARLY_EVENTS_MAX) {
      this.#early.push(event);
    }
  }

  /** An event of the own machine. */
  addOwn(event: ComparedPacket): void {
    this.#comparer.addSecondary(event);
  }

  /** Looks for events that have waited longer than they may. */
  expire(nowNs: Nanoseconds): void {
    this.#comparer.expire(nowNs);
  }

  /** The machine goes on in the state of a checkpoint: what was logged before is covered by it. */
  goOn(epoch: number): void {
    this.#epoch = epoch + 1;
    this.#comparer.flush();
    this.#comparer.goOn();
    const early = this.#early;
    this.#early = [];
    for (const event of early) this.addEvent(event);
  }
}
