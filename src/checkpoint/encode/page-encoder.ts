import type { ByteWriter } from "../../sim/byte-writer.ts";
import type { DifferenceCounter } from "./difference-counter.ts";
import type { ApplyDefects } from "./encode-defects.ts";
import type { EncodeWork } from "./encode-work.ts";
import type { FeedbackList } from "./feedback-list.ts";

/**
 * The primary's half of an encoding. It follows what the secondary has, so:
 *
 * 1. pages are encoded once, in the order in which they are sent;
 * 2. a checkpoint that is sent again is sent as the bytes that were made the first time;
 * 3. when protection is lost everything is forgotten: the next secondary has nothing.
 */
export interface PageEncoder {
  readonly name: string;
  readonly work: EncodeWork;
  /** What is encoded from now on belongs to `epoch`; epochs count up until {@link PageEncoder.forget}. */
  beginEpoch(epoch: number): void;
  /**
   * Writes a page: its number, its form, its payload.
   *
   * @param bytes One page, read at once; the caller keeps it.
   */
  encode(page: number, bytes: Uint8Array, writer: ByteWriter): void;
  /** Takes in what the secondary has found out; encodings without feedback do nothing. */
  learn(list: FeedbackList): void;
  /** Protection is lost: forgets all that was sent. */
  forget(): void;
}

/** A way to encode pages, to choose once for any number of machines: it has no state of its own. */
export interface PageEncoding {
  readonly name: string;
  /** The primary's half, for one machine. */
  createEncoder(): PageEncoder;
  /** The secondary's half, for one machine; only encodings with feedback have one. */
  createCounter?(): DifferenceCounter;
  /** How the secondary is to be broken on purpose; never set otherwise. */
  readonly applyDefects?: ApplyDefects;
}
