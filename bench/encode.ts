// encoding and applying pages in every form, on pages of which few words are dirty, beside copying them
import { type EncodedPage, readEncodedPage } from "#src/checkpoint/encode/encoded-page";
import { PageApplier } from "#src/checkpoint/encode/page-applier";
import type { PageEncoder, PageEncoding } from "#src/checkpoint/encode/page-encoder";
import {
  feedback,
  remusHybrid,
  runLengthXor,
  whole,
  wordDifference,
} from "#src/checkpoint/encode/page-encodings";
import { decodeInto } from "#src/checkpoint/encode/page-patch";
import { Memory } from "#src/memory/memory";
import { SparseBacking } from "#src/memory/sparse-backing";
import { ByteReader } from "#src/sim/byte-reader";
import { ByteWriter } from "#src/sim/byte-writer";

const RUNS = Number(process.argv[2] ?? 9);
const PAGE_SIZE = 4096;
const PAGES = 256;
const BYTES = PAGES * PAGE_SIZE;
const PASSES = 16;

const ENCODINGS: readonly (readonly [name: string, encoding: PageEncoding])[] = [
  ["whole", whole()],
  ["word difference, 8 bytes", wordDifference()],
  ["word difference, 4 bytes", wordDifference({ wordBytes: 4 })],
  ["word difference, 16 bytes", wordDifference({ wordBytes: 16 })],
  ["run-length XOR", runLengthXor()],
  ["Remus hybrid", remusHybrid()],
  ["feedback, all pages listed", feedback({ thresholdWords: 512 })],
  ["feedback, no page listed", feedback()],
];

let state = 1;
function random(limit: number): number {
  state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
  return (state >>> 8) % limit;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

/** Changes so many eight-byte words of every page, in runs as a row that is updated leaves them. */
function dirty(buffer: ArrayBuffer, wordsPerPage: number): void {
  const words = new Int32Array(buffer);
  for (let page = 0; page < PAGES; page += 1) {
    for (let left = wordsPerPage; left > 0; ) {
      const run = Math.min(left, 1 + random(3));
      const at = page * 1_024 + 2 * random(512 - run);
      for (let step = 0; step < 2 * run; step += 1) words[at + step]! ^= 1 + random(0xffff);
      left -= run;
    }
  }
}

/** One encoding at work: an encoder that is always one step behind, a memory that follows it. */
class Subject {
  readonly name: string;
  readonly encodeTimes: number[] = [];
  readonly decodeTimes: number[] = [];
  readonly applyTimes: number[] = [];
  bytesPerPage = 0;
  readonly #encoder: PageEncoder;
  readonly #applier = new PageApplier();
  readonly #memory = new Memory();
  readonly #scratch = new Uint8Array(PAGE_SIZE);

  constructor(name: string, encoding: PageEncoding) {
    this.name = name;
    this.#encoder = encoding.createEncoder();
    if (name === "feedback, all pages listed") {
      const listed = Array.from({ length: PAGES }, (_, page) => page);
      this.#encoder.learn({ listed, unlisted: [] });
    }
    const backing = new SparseBacking(PAGES);
    this.#memory.addRegion({ name: "ram", basePage: 0, backing, stores: "seen" });
  }

  /** Encodes the pages as they are now and applies them; times count when `counts`. */
  round(copies: readonly Uint8Array[], counts: boolean): void {
    const writer = new ByteWriter(BYTES + 16 * PAGES);
    const startedAt = performance.now();
    for (let page = 0; page < PAGES; page += 1) this.#encoder.encode(page, copies[page]!, writer);
    const encodedAt = performance.now();
    const reader = new ByteReader(writer.finish());
    const pages: EncodedPage[] = [];
    for (let page = 0; page < PAGES; page += 1) pages.push(readEncodedPage(reader)!);
    const readAt = performance.now();
    for (const page of pages) decodeInto(page, this.#memory.page(page.page), this.#scratch);
    const decodedAt = performance.now();
    for (const page of pages) this.#applier.apply(page, this.#memory);
    const appliedAt = performance.now();
    for (const [page, copy] of copies.entries()) {
      if (Buffer.compare(copy, this.#memory.page(page)) !== 0) throw new Error("expected the page");
    }
    if (!counts) return;
    this.encodeTimes.push(encodedAt - startedAt);
    this.decodeTimes.push(readAt - encodedAt);
    this.applyTimes.push(appliedAt - decodedAt);
    this.bytesPerPage = writer.length / PAGES;
  }
}

/** GB/s of page bytes. */
const rate = (times: readonly number[]): string =>
  (BYTES / median(times) / 1e6).toFixed(2).padStart(9);

function table(wordsPerPage: number): void {
  const buffer = new ArrayBuffer(BYTES);
  const bytes = new Uint8Array(buffer);
  const words = new Int32Array(buffer);
  for (let at = 0; at < words.length; at += 1) words[at] = Math.imul(at + 1, 0x9e37_79b1);
  const copies = Array.from({ length: PAGES }, (_, page) =>
    bytes.subarray(page * PAGE_SIZE, (page + 1) * PAGE_SIZE),
  );
  const target = new Uint8Array(BYTES);
  const subjects = ENCODINGS.map(([name, encoding]) => new Subject(name, encoding));
  const copyTimes: number[] = [];
  // The first rounds are for the compiler and do not count.
  for (let round = -6; round < RUNS * PASSES; round += 1) {
    dirty(buffer, wordsPerPage);
    const startedAt = performance.now();
    for (const [page, copy] of copies.entries()) target.set(copy, page * PAGE_SIZE);
    if (round >= 0) copyTimes.push(performance.now() - startedAt);
    for (const subject of subjects) subject.round(copies, round >= 0);
  }
  console.log(`\n${PAGES} pages with ${wordsPerPage} dirty words of eight bytes each`);
  console.log(`  ${"GB/s of page bytes".padEnd(32)}   encode     read    apply   bytes a page`);
  console.log(`  ${"copy, page by page".padEnd(32)}${rate(copyTimes)}`);
  for (const { name, encodeTimes, decodeTimes, applyTimes, bytesPerPage } of subjects) {
    const rates = rate(encodeTimes) + rate(decodeTimes) + rate(applyTimes);
    console.log(`  ${name.padEnd(32)}${rates}${bytesPerPage.toFixed(0).padStart(15)}`);
  }
}

// SQLite: 6 words a page in the median, 20 at the 90th percentile
for (const wordsPerPage of [6, 20, 64]) table(wordsPerPage);
