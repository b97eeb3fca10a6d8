import { assert } from "../sim/assert.ts";
import type { Translator, WriteFaultHandler } from "./translator.ts";
import { WriteGuard, type WriteProtection } from "./write-guard.ts";
import type { WriteSource } from "./write-source.ts";

/**
 * All users of a memory's write protection: trackers, copying on write, and whoever has called
 * `Memory.forbidWrites`. In the SLAT a page is protected as long as one of them holds it.
 */
export class WriteGuards implements WriteProtection {
  readonly #translator: Translator;
  /** Another array after each change, so that guards may come and go while they are asked. */
  #guards: readonly WriteGuard[] = [];
  #isAsking = false;

  constructor(translator: Translator) {
    assert(translator.onWriteFault === undefined, "a memory has one set of guards");
    this.#translator = translator;
    translator.onWriteFault = (page, source) => {
      this.#ask(page, source);
    };
  }

  /** Adds a guard that holds nothing yet; it is asked after those that are there. */
  add(onFault: WriteFaultHandler | undefined): WriteGuard {
    const guard = new WriteGuard(this, onFault);
    this.#guards = [...this.#guards, guard];
    return guard;
  }

  remove(guard: WriteGuard): void {
    this.#guards = this.#guards.filter((other) => other !== guard);
  }

  protect(firstPage: number, pageCount: number): void {
    // The other page of a store across two, asked for a moment ago, would be written unnoticed.
    assert(!this.#isAsking, "no write permission is taken while a write asks for it");
    this.#translator.slat.protect(firstPage, pageCount);
  }

  invalidate(): void {
    this.#translator.tlb.invalidate();
  }

  letGo(page: number): void {
    for (const guard of this.#guards) if (guard.holds(page)) return;
    this.#translator.slat.permit(page, 1);
    assert(this.#translator.slat.isWritable(page), "a page that nobody holds may be written");
  }

  /** Asks those that hold a page, until one refuses. */
  #ask(page: number, source: WriteSource): void {
    const wasAsking = this.#isAsking;
    this.#isAsking = true;
    try {
      for (const guard of this.#guards) {
        if (!guard.holds(page)) continue;
        guard.onFault?.(page, source);
        if (guard.holds(page)) return;
      }
    } finally {
      this.#isAsking = wasAsking;
    }
  }
}
