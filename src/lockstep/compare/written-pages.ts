import type { Memory } from "../../memory/memory.ts";
import type { PageSet } from "../../memory/page-set.ts";
import { Condition } from "../../sim/condition.ts";
import type { Engine } from "../../sim/engine.ts";
import type { Process } from "../../sim/process.ts";
import type { CompareMessage } from "./compare-message.ts";
import type { CompareSettings } from "./options.ts";
import type { Outbox } from "./outbox.ts";

/**
 * What the stand-by's machine has written, as the primary is told of it at a checkpoint: these pages are
 * sent, too, so that the stand-by has the primary's (US11429466: the composite list, the union of the pages
 * modified on either side).
 */
export class WrittenPages {
  readonly #memory: Memory;
  readonly #arrived: Condition;
  #pages: number[] = [];
  /** The last checkpoint for which all pages have come. */
  #completeEpoch = 0;

  constructor(engine: Engine, memory: Memory) {
    this.#memory = memory;
    this.#arrived = new Condition(engine, "pages written by the stand-by");
  }

  /** Has the stand-by stopped, and adds what its machine has written. Nothing if it has its own way. */
  *addTo(
    dirty: PageSet,
    epoch: number,
    outbox: Outbox,
    { memory, broken }: CompareSettings,
  ): Process {
    // Before the first checkpoint the stand-by's machine does not run.
    if (memory !== "composite" || epoch === 1) return;
    outbox.put({ type: "stop", epoch });
    yield* this.#arrived.until(() => this.#completeEpoch >= epoch);
    const pages = this.#pages.splice(0);
    if (broken.compositeWithoutSecondary === true) return;
    // What the stand-by's memory has grown by and the primary's has not is nobody's to send.
    for (const page of pages) if (this.#memory.regionAt(page) !== undefined) dirty.add(page);
  }

  /** Takes a list, or a part of it, from the stand-by. */
  take({ epoch, pages, isLast }: CompareMessage & { type: "written" }): void {
    this.#pages.push(...pages);
    if (!isLast) return;
    this.#completeEpoch = epoch;
    this.#arrived.notify();
  }
}
