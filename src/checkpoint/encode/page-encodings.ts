import { PAGE_SIZE } from "../../memory/page.ts";
import { StandinRangeError } from "../../sim/errors.ts";
import { expectWhole } from "../../sim/expect-whole.ts";
import type { WordBytes } from "./changed-words.ts";
import { DifferenceCounter } from "./difference-counter.ts";
import { DifferenceEncoder } from "./difference-encoder.ts";
import type { ApplyDefects, EncodeDefects } from "./encode-defects.ts";
import { ListedPages } from "./listed-pages.ts";
import type { PageDifference } from "./page-difference.ts";
import type { PageEncoding } from "./page-encoder.ts";
import { RunLength } from "./run-length.ts";
import { SentPages, type SentPagesBounds } from "./sent-pages.ts";
import { WholeEncoder } from "./whole-encoder.ts";
import { WordDifference } from "./word-difference.ts";

/** Most pages of which the primary can be told to keep copies: 4 GiB. */
export const CACHE_PAGES_MAX: number = 1 << 20;

/** What all encodings with copies of sent pages have in common. */
export interface CacheOptions {
  /** Most pages whose last copy is kept. Default 8192, as in Remus. */
  readonly cachePages?: number;
  /** A copy that is not renewed within so many epochs is forgotten. Default: none is. */
  readonly cacheEpochs?: number;
  /** Parts broken on purpose, to show that the checks notice; never set otherwise. */
  readonly broken?: EncodeDefects & ApplyDefects;
}

/** Options of {@link wordDifference}. */
export interface WordDifferenceOptions extends CacheOptions {
  /** Bytes in a word. Default 8. */
  readonly wordBytes?: WordBytes;
  /** A difference longer than this share of a page is sent as the whole page. Default 1. */
  readonly maxRatio?: number;
}

/** Options of {@link runLengthXor}. */
export interface RunLengthOptions extends CacheOptions {
  /** A difference longer than this share of a page is sent as the whole page. Default 1. */
  readonly maxRatio?: number;
}

/** Options of {@link feedback}. */
export interface FeedbackOptions extends CacheOptions {
  /** Bytes in a word. Default 8. */
  readonly wordBytes?: WordBytes;
  /** A change of fewer words than these is small, for both halves. Default 64. */
  readonly thresholdWords?: number;
  /** A page is listed when it changed little in more intervals than these, in a row. Default 2. */
  readonly thresholdIntervals?: number;
}

/** Every page whole, zero pages as nothing. */
export function whole(): PageEncoding {
  return { name: "whole", createEncoder: () => new WholeEncoder() };
}

/**
 * The words that differ from the copy sent last.
 *
 * Source: US11288123 (words of N = 8 bytes).
 *
 * @throws StandinRangeError `ENCODE_OPTION`.
 */
export function wordDifference(options: WordDifferenceOptions = {}): PageEncoding {
  const wordBytes = expectWordBytes(options.wordBytes ?? 8);
  const maxBytes = bytesOf(options.maxRatio ?? 1);
  const limits = { maxBytes, maxWords: PAGE_SIZE / wordBytes };
  return cached("word difference", options, () => new WordDifference(wordBytes, limits));
}

/**
 * Run-length XOR with the copy sent last, byte for byte as QEMU's XBZRLE.
 *
 * Source: QEMU, XBZRLE; Remus (NSDI'08), section 4.
 *
 * @throws StandinRangeError `ENCODE_OPTION`.
 */
export function runLengthXor(options: RunLengthOptions = {}): PageEncoding {
  const maxBytes = bytesOf(options.maxRatio ?? 1);
  return cached("run-length XOR", options, () => new RunLength(maxBytes));
}

/**
 * The rule of Remus: run-length XOR with the copy sent last, unless that gives less than 5:1 or there
 * is none. In these cases Remus compresses the page with gzip; here it goes whole: the library has
 * no dependencies, and a compressor of its own would say little about a machine's real one. Bytes
 * of such pages are therefore an upper bound.
 *
 * Source: Remus (NSDI'08), section 4.
 *
 * @throws StandinRangeError `ENCODE_OPTION`.
 */
export function remusHybrid(options: CacheOptions = {}): PageEncoding {
  const maxBytes = bytesOf(1 / 5);
  return cached("Remus hybrid", options, () => new RunLength(maxBytes));
}

/**
 * Differences for the pages of which the secondary has found that they change little, whole pages
 * for all others; the primary keeps no copies of those and does not compare them.
 *
 * Source: US8661213 (the secondary counts and lists, the primary keeps the master list and applies
 * the threshold to each difference), US9489265.
 *
 * @throws StandinRangeError `ENCODE_OPTION`.
 */
export function feedback(options: FeedbackOptions = {}): PageEncoding {
  const wordBytes = expectWordBytes(options.wordBytes ?? 8);
  const { thresholdWords = 64, thresholdIntervals = 2 } = options;
  expectWhole("ENCODE_OPTION", "thresholdWords", thresholdWords, 1, PAGE_SIZE / wordBytes);
  expectWhole("ENCODE_OPTION", "thresholdIntervals", thresholdIntervals, 0, 1_000_000);
  const limits = { maxBytes: PAGE_SIZE, maxWords: thresholdWords - 1 };
  const bounds = boundsOf(options);
  const maxPages = bounds.pages;
  const encoding = cached(
    "feedback",
    options,
    () => new WordDifference(wordBytes, limits),
    () => new ListedPages(maxPages),
  );
  const thresholds = { wordBytes, thresholdWords, thresholdIntervals, maxPages };
  return { ...encoding, createCounter: () => new DifferenceCounter(thresholds) };
}

function cached(
  name: string,
  options: CacheOptions,
  createDifference: () => PageDifference,
  createList?: () => ListedPages,
): PageEncoding {
  const bounds = boundsOf(options);
  const { broken = {} } = options;
  const create = () => ({ sent: new SentPages(bounds), list: createList?.() });
  // the defect: one state for all machines instead of one for each
  const shared = broken.sharedList === true ? create() : undefined;
  return {
    name,
    ...(broken.xorTwice === true ? { applyDefects: { xorTwice: true } } : {}),
    createEncoder() {
      const { sent, list } = shared ?? create();
      const parts = { name, difference: createDifference(), sent, broken };
      return new DifferenceEncoder(list === undefined ? parts : { ...parts, list });
    },
  };
}

function boundsOf({ cachePages = 8192, cacheEpochs }: CacheOptions): SentPagesBounds {
  expectWhole("ENCODE_OPTION", "cachePages", cachePages, 1, CACHE_PAGES_MAX);
  if (cacheEpochs !== undefined)
    expectWhole("ENCODE_OPTION", "cacheEpochs", cacheEpochs, 1, 0x7fff_ffff);
  return { pages: cachePages, ageEpochs: cacheEpochs ?? Number.POSITIVE_INFINITY };
}

function bytesOf(maxRatio: number): number {
  if (maxRatio > 0 && maxRatio <= 1) return Math.floor(PAGE_SIZE * maxRatio);
  throw optionError("maxRatio", "a share above 0 and up to 1", maxRatio);
}

function expectWordBytes(wordBytes: WordBytes): WordBytes {
  if ([4, 8, 16].includes(wordBytes)) return wordBytes;
  throw optionError("wordBytes", "4, 8 or 16", wordBytes);
}

function optionError(name: string, expected: string, value: number): StandinRangeError {
  return new StandinRangeError("ENCODE_OPTION", `${name}: expected ${expected}, got ${value}`);
}
