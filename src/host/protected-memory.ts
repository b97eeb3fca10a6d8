import { assert } from "../sim/assert.ts";

/** Most things that a host keeps there. */
const SLOTS_MAX = 1_024;

/** Most bytes of one of them: a page. */
const SLOT_BYTES_MAX = 4_096;

/**
 * Memory of a host that survives its crashes and that no transfer writes to, such as NVRAM: what the
 * host was told of itself, by the name of what it is about.
 *
 * Source: US11620196 (protected memory of a target computer).
 */
export class ProtectedMemory {
  readonly #slots: Map<string, Uint8Array> = new Map();

  /** Keeps bytes, in the place of those of that name. @param bytes At most 4,096; copied. */
  store(name: string, bytes: Uint8Array): void {
    assert(bytes.length <= SLOT_BYTES_MAX, "what is kept in protected memory fits a page");
    assert(this.#slots.size < SLOTS_MAX || this.#slots.has(name), "protected memory is bounded");
    this.#slots.set(name, bytes.slice());
  }

  /** What was kept under a name; a copy that the caller keeps. `undefined` if nothing was. */
  load(name: string): Uint8Array | undefined {
    return this.#slots.get(name)?.slice();
  }
}
