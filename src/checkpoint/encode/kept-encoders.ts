import type { PageEncoder, PageEncoding } from "./page-encoder.ts";

/**
 * Encoders of one machine on one host. They outlive its protections, so that room for copies is taken
 * once; what they know of a secondary does not: it is forgotten when its protection ends.
 */
export class KeptEncoders {
  readonly #encoders = new Map<PageEncoding, PageEncoder>();

  /** The encoder for an encoding, always the same one. */
  of(encoding: PageEncoding): PageEncoder {
    const kept = this.#encoders.get(encoding);
    if (kept !== undefined) return kept;
    const made = encoding.createEncoder();
    this.#encoders.set(encoding, made);
    return made;
  }
}
