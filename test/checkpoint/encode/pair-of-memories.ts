import type { ApplyDefects } from "../../../src/checkpoint/encode/encode-defects.ts";
import { type EncodedPage, readEncodedPage } from "../../../src/checkpoint/encode/encoded-page.ts";
import { PageApplier } from "../../../src/checkpoint/encode/page-applier.ts";
import type { PageEncoding } from "../../../src/checkpoint/encode/page-encoder.ts";
import { Memory } from "../../../src/memory/memory.ts";
import { MemoryDigest } from "../../../src/memory/memory-digest.ts";
import { SparseBacking } from "../../../src/memory/sparse-backing.ts";
import { ByteReader } from "../../../src/sim/byte-reader.ts";
import { ByteWriter } from "../../../src/sim/byte-writer.ts";

const PAGES = 64;

function memory(): Memory {
  const made = new Memory();
  const backing = new SparseBacking(PAGES);
  made.addRegion({ name: "ram", basePage: 0, backing, stores: "seen" });
  return made;
}

/** A primary's memory and a secondary's, with an encoding between them. */
export class PairOfMemories {
  readonly primary = memory();
  readonly encoder;
  secondary = memory();
  /** How the pages of the last epoch travelled. */
  sent: readonly EncodedPage[] = [];
  #counter;
  #applier: PageApplier;
  #epoch = 0;
  readonly #encoding: PageEncoding;
  readonly #broken: ApplyDefects;

  constructor(encoding: PageEncoding, broken: ApplyDefects = {}) {
    this.#encoding = encoding;
    this.#broken = broken;
    this.encoder = encoding.createEncoder();
    this.#counter = encoding.createCounter?.();
    this.#applier = new PageApplier({ counter: this.#counter, broken });
  }

  get identical(): boolean {
    return new MemoryDigest(this.primary).digest() === new MemoryDigest(this.secondary).digest();
  }

  get counter() {
    return this.#counter;
  }

  /** Writes `length` bytes of a page. */
  write(page: number, at: number, length: number, value: number): void {
    this.primary.dmaWrite(page * 4096 + at, new Uint8Array(length).fill(value));
  }

  /** Sends these pages as one epoch; the secondary applies them and answers. */
  epoch(...pages: readonly number[]): readonly string[] {
    this.#epoch += 1;
    this.encoder.beginEpoch(this.#epoch);
    this.#applier.beginEpoch(this.#epoch);
    const writer = new ByteWriter();
    for (const page of pages) this.encoder.encode(page, this.primary.page(page), writer);
    const reader = new ByteReader(writer.finish());
    this.sent = pages.map(() => {
      const encoded = readEncodedPage(reader);
      if (encoded === undefined) throw new Error("expected a page, got something unreadable");
      return encoded;
    });
    if (!reader.complete) throw new Error("expected nothing after the pages");
    for (const encoded of this.sent) this.#applier.apply(encoded, this.secondary);
    const list = this.#counter?.take();
    if (list !== undefined) this.encoder.learn(list);
    return this.sent.map(({ form }) => ["zero", "whole", "words", "runs", "identical"][form]!);
  }

  /** The secondary is lost; another one with nothing in it takes its place. */
  replaceSecondary(): void {
    this.encoder.forget();
    this.#epoch = 0;
    this.secondary = memory();
    this.#counter = this.#encoding.createCounter?.();
    this.#applier = new PageApplier({ counter: this.#counter, broken: this.#broken });
  }
}
