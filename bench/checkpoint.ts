// dirty pages through encode, messages and apply, for each encoding, beside copying them; --short for a quick look

import { chainCheck } from "#src/checkpoint/chain-check";
import { decodeMessage } from "#src/checkpoint/decode-message";
import type { DifferenceCounter } from "#src/checkpoint/encode/difference-counter";
import { encodings } from "#src/checkpoint/encode/encodings";
import { PageApplier } from "#src/checkpoint/encode/page-applier";
import type { PageEncoder, PageEncoding } from "#src/checkpoint/encode/page-encoder";
import { encodeCommit, encodeGroup } from "#src/checkpoint/encode-message";
import type { CommitMessage } from "#src/checkpoint/message";
import { GROUP_PAGES_MAX, type PageCopy } from "#src/checkpoint/page-group";
import { Staging } from "#src/checkpoint/staging";
import { Memory } from "#src/memory/memory";
import { SparseBacking } from "#src/memory/sparse-backing";
import { ByteWriter } from "#src/sim/byte-writer";

const IS_SHORT = process.argv.includes("--short");
const PAGE_SIZE = 4096;
const WORDS_PER_PAGE = 512;
const PAGES = 1_024;
const BYTES = PAGES * PAGE_SIZE;
const WARM_UP = IS_SHORT ? 1 : 6;
const ROUNDS = IS_SHORT ? 2 : 60;
const REGISTERS = new Uint8Array(1_024);

/** How many words of eight bytes change on each page between two checkpoints. */
const CHANGES: readonly (readonly [name: string, words: number])[] = [
  ["sparse: 6 of 512 words of a page change", 6],
  ["dense: all words of a page change", WORDS_PER_PAGE],
];

const PHASES = ["encode", "make", "decode", "apply"] as const;

let state = 1;
function random(limit: number): number {
  state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
  return (state >>> 8) % limit;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

/** Writes to so many words of each page, in runs as a row that is updated leaves them. */
function write(words: Int32Array, wordsPerPage: number): void {
  for (let page = 0; page < PAGES; page += 1) {
    const base = page * 2 * WORDS_PER_PAGE;
    if (wordsPerPage === WORDS_PER_PAGE) {
      for (let at = base; at < base + 2 * WORDS_PER_PAGE; at += 1) {
        state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
        words[at]! ^= state;
      }
      continue;
    }
    for (let left = wordsPerPage; left > 0; ) {
      const run = Math.min(left, 1 + random(3));
      const at = base + 2 * random(WORDS_PER_PAGE - run);
      for (let step = 0; step < 2 * run; step += 1) words[at + step]! ^= 1 + random(0xffff);
      left -= run;
    }
  }
}

/** Puts pages that are encoded already into a message: what a message costs by itself. */
class Prepared implements PageEncoder {
  readonly name = "prepared";
  readonly #encoder: PageEncoder;
  readonly #ends: number[] = [];
  #bytes: Uint8Array = new Uint8Array(0);

  constructor(encoder: PageEncoder) {
    this.#encoder = encoder;
  }

  get work(): PageEncoder["work"] {
    return this.#encoder.work;
  }

  /** Encodes all pages of a checkpoint. */
  prepare(copies: readonly PageCopy[]): void {
    const writer = new ByteWriter(BYTES + 16 * PAGES);
    for (const { page, bytes } of copies) {
      this.#encoder.encode(page, bytes, writer);
      this.#ends[page] = writer.length;
    }
    this.#bytes = writer.finish();
  }

  encode(page: number, _bytes: Uint8Array, writer: ByteWriter): void {
    writer.bytes(this.#bytes.subarray(this.#ends[page - 1] ?? 0, this.#ends[page]));
  }

  beginEpoch(epoch: number): void {
    this.#encoder.beginEpoch(epoch);
  }

  learn(list: Parameters<PageEncoder["learn"]>[0]): void {
    this.#encoder.learn(list);
  }

  forget(): void {
    this.#encoder.forget();
  }
}

/** One encoding with both its ends: a primary that sends, a memory that follows. */
class Pair {
  readonly name: string;
  /** Milliseconds of each round, by phase. */
  readonly times = PHASES.map((): number[] => []);
  messageBytes = 0;
  readonly #encoder: Prepared;
  readonly #counter: DifferenceCounter | undefined;
  readonly #applier: PageApplier;
  readonly #staging = new Staging();
  readonly #memory = new Memory();
  #epoch = 0;

  constructor(encoding: PageEncoding) {
    this.name = encoding.name;
    this.#encoder = new Prepared(encoding.createEncoder());
    this.#counter = encoding.createCounter?.();
    this.#applier = new PageApplier({ counter: this.#counter });
    const backing = new SparseBacking(PAGES);
    this.#memory.addRegion({ name: "ram", basePage: 0, backing, stores: "seen" });
  }

  /** One checkpoint of all pages; its times count when `counts`. */
  round(copies: readonly PageCopy[], counts: boolean): void {
    this.#epoch += 1;
    this.#encoder.beginEpoch(this.#epoch);
    const marks = [performance.now()];
    this.#encoder.prepare(copies);
    marks.push(performance.now());
    const messages = this.#messages(copies);
    marks.push(performance.now());
    const commit = this.#receive(messages);
    marks.push(performance.now());
    this.#apply(commit);
    marks.push(performance.now());
    for (const { page, bytes } of copies) {
      if (Buffer.compare(bytes, this.#memory.page(page)) !== 0)
        throw new Error("expected the page");
    }
    const feedback = this.#counter?.take();
    if (feedback !== undefined) this.#encoder.learn(feedback);
    if (!counts) return;
    for (const [index, times] of this.times.entries())
      times.push(marks[index + 1]! - marks[index]!);
    this.messageBytes = messages.reduce((sum, { length }) => sum + length, 0);
  }

  #messages(copies: readonly PageCopy[]): Uint8Array[] {
    const of = { term: 1, epoch: this.#epoch };
    const messages: Uint8Array[] = [];
    const checks: number[] = [];
    for (let from = 0; from < copies.length; from += GROUP_PAGES_MAX) {
      const pages = copies.slice(from, from + GROUP_PAGES_MAX);
      const { bytes, check } = encodeGroup({ ...of, group: checks.length, pages }, this.#encoder);
      messages.push(bytes);
      checks.push(check);
    }
    const end = { groupCount: checks.length, check: chainCheck(checks) };
    messages.push(encodeCommit({ ...of, ...end, regionPages: [PAGES], registers: REGISTERS }));
    return messages;
  }

  #receive(messages: readonly Uint8Array[]): CommitMessage {
    for (const bytes of messages) {
      const message = decodeMessage(bytes);
      if (message?.type === "group") this.#staging.add(message);
      else if (message?.type === "commit") return message;
      else throw new Error("expected a message");
    }
    throw new Error("expected a commit record");
  }

  #apply(commit: CommitMessage): void {
    const refusal = this.#staging.refusal(commit, this.#memory);
    if (refusal !== undefined) throw new Error(refusal);
    this.#applier.beginEpoch(this.#epoch);
    for (const page of this.#staging.take()) this.#applier.apply(page, this.#memory);
  }
}

/** MB of dirty pages in a second, right-aligned. */
const rate = (milliseconds: number): string => (BYTES / milliseconds / 1e3).toFixed(0).padStart(9);

function table(title: string, wordsPerPage: number): void {
  const source = new Uint8Array(BYTES);
  const words = new Int32Array(source.buffer);
  for (let at = 0; at < words.length; at += 1) words[at] = Math.imul(at + 1, 0x9e37_79b1);
  const copies = Array.from({ length: PAGES }, (_, page): PageCopy => {
    return { page, bytes: source.subarray(page * PAGE_SIZE, (page + 1) * PAGE_SIZE) };
  });
  const pairs = Object.values(encodings).map((make) => new Pair(make()));
  const target = new Uint8Array(BYTES);
  const copyTimes: number[] = [];
  // All in turns, so that a slow moment of the machine meets all alike; the first are for the compiler.
  for (let round = -WARM_UP; round < ROUNDS; round += 1) {
    write(words, wordsPerPage);
    const startedAt = performance.now();
    for (const { page, bytes } of copies) target.set(bytes, page * PAGE_SIZE);
    if (round >= 0) copyTimes.push(performance.now() - startedAt);
    for (const pair of pairs) pair.round(copies, round >= 0);
  }
  const copyMs = median(copyTimes);
  console.log(`\n${title}; ${PAGES} pages a checkpoint`);
  const columns = [...PHASES, "all"].map((name) => name.padStart(9)).join("");
  console.log(
    `  ${"MB of dirty pages in a second".padEnd(30)}${columns}   of a copy   bytes a page`,
  );
  console.log(`  ${"copy, page by page".padEnd(30)}${"".padStart(36)}${rate(copyMs)}`);
  for (const { name, times, messageBytes } of pairs) {
    const phases = times.map(median);
    const all = phases.reduce((sum, each) => sum + each, 0);
    const share = (copyMs / all).toFixed(3).padStart(12);
    const bytes = (messageBytes / PAGES).toFixed(0).padStart(15);
    console.log(`  ${name.padEnd(30)}${[...phases, all].map(rate).join("")}${share}${bytes}`);
  }
}

for (const [title, words] of CHANGES) table(title, words);
