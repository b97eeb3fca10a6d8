import { assert } from "../sim/assert.ts";
import type { SecondLevel } from "./second-level.ts";

/**
 * What a machine has below its memory that runs on the bare host: nothing. Its processor walks to no
 * second level, so no flag is set and none can be collected: every page may be written at once, as one
 * whose dirty flag is set already.
 */
export class NoSecondLevel implements SecondLevel {
  dirtyCollector: object | undefined = undefined;
  readonly residentBytes = 0;

  /** Every page is where it is. */
  isPresent(): boolean {
    return true;
  }

  /** Nobody asks for it again. */
  isAccessed(): boolean {
    return true;
  }

  /** Nothing is left to be noted by a store. */
  isDirty(): boolean {
    return true;
  }

  /** Nobody forbids anything. */
  isWritable(): boolean {
    return true;
  }

  /** There is no flag. */
  markAccessed(): void {
    // a walk ends in the first level
  }

  /** There is no flag. */
  markDirty(): void {
    // a store goes unnoticed
  }

  /** There is nothing to take permission with. */
  protect(): void {
    assert(false, "no write is forbidden to a machine that runs on the bare host");
  }

  /** Everything is permitted. */
  permit(): void {
    // a guard that outlived the tables lets go
  }

  /** There is nothing to collect. */
  collectDirty(): number {
    assert(false, "nobody tracks the writes of a machine that runs on the bare host");
    return 0;
  }

  /** There is nothing to collect. */
  collectAccessed(): number {
    assert(false, "nobody tracks the accesses of a machine that runs on the bare host");
    return 0;
  }
}
