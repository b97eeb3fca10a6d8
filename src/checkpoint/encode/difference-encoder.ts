import { isZeroAt } from "../../memory/page-compare.ts";
import { pageIsZero } from "../../memory/page-is-zero.ts";
import { assert } from "../../sim/assert.ts";
import type { ByteWriter } from "../../sim/byte-writer.ts";
import type { EncodeDefects } from "./encode-defects.ts";
import { EncodeWork } from "./encode-work.ts";
import type { FeedbackList } from "./feedback-list.ts";
import type { ListedPages } from "./listed-pages.ts";
import type { PageDifference } from "./page-difference.ts";
import type { PageEncoder } from "./page-encoder.ts";
import { IDENTICAL, type PageForm, WHOLE, ZERO } from "./page-form.ts";
import type { SentPages } from "./sent-pages.ts";

/** What a {@link DifferenceEncoder} is made of. */
export interface DifferenceEncoderParts {
  readonly name: string;
  readonly difference: PageDifference;
  readonly sent: SentPages;
  /** With it only pages on it are kept and sent as differences, without it all. */
  readonly list?: ListedPages;
  readonly broken?: EncodeDefects;
}

/**
 * Sends what differs from the copy sent last, or the whole page when that copy is not kept or too
 * much differs.
 */
export class DifferenceEncoder implements PageEncoder {
  readonly name: string;
  readonly work: EncodeWork = new EncodeWork();
  readonly #difference: PageDifference;
  readonly #sent: SentPages;
  readonly #list: ListedPages | undefined;
  readonly #broken: EncodeDefects;

  constructor({ name, difference, sent, list, broken = {} }: DifferenceEncoderParts) {
    this.name = name;
    this.#difference = difference;
    this.#sent = sent;
    this.#list = list;
    this.#broken = broken;
  }

  beginEpoch(epoch: number): void {
    this.#sent.beginEpoch(epoch);
  }

  encode(page: number, bytes: Uint8Array, writer: ByteWriter): void {
    const before = writer.length;
    writer.u32(page);
    const isListed = this.#list === undefined || this.#list.has(page);
    assert(isListed || this.#sent.find(page) < 0, "no copy is kept that is not kept up to date");
    const form = isListed
      ? this.#encodeListed(page, bytes, writer)
      : encodeWhole(pageIsZero(bytes), bytes, writer);
    this.work.count(form, writer.length - before);
  }

  learn(list: FeedbackList): void {
    if (this.#list === undefined) return;
    this.#list.merge(list);
    for (const page of list.unlisted) this.#sent.forget(page);
  }

  forget(): void {
    if (this.#broken.keepAfterLoss === true) return;
    this.#sent.clear();
    this.#list?.clear();
  }

  #encodeListed(page: number, bytes: Uint8Array, writer: ByteWriter): PageForm {
    const sent = this.#sent;
    const frame = sent.stage(bytes);
    const isZero = isZeroAt(sent.extentOf(frame), sent.offsetOf(frame));
    const form = isZero ? undefined : this.#encodeDifference(page, frame, writer);
    this.work.copiedPages += 1;
    if (form === undefined || this.#broken.staleBase !== true) sent.keep(page);
    return form ?? encodeWhole(isZero, bytes, writer);
  }

  /** Writes a page that is kept as what differs, unless that is too much; returns the form. */
  #encodeDifference(page: number, frame: number, writer: ByteWriter): PageForm | undefined {
    const sent = this.#sent;
    const base = sent.find(page);
    if (base < 0) return undefined;
    this.work.comparedPages += 1;
    const difference = this.#difference;
    const length = difference.encode(
      sent.extentOf(base),
      sent.offsetOf(base),
      sent.extentOf(frame),
      sent.offsetOf(frame),
    );
    if (length < 0) return undefined;
    if (length === 0) {
      writer.u8(IDENTICAL);
      return IDENTICAL;
    }
    const { start } = difference;
    writer.u8(difference.form).u16(length);
    writer.bytes(difference.bytes.subarray(start, start + length));
    return difference.form;
  }
}

function encodeWhole(isZero: boolean, bytes: Uint8Array, writer: ByteWriter): PageForm {
  writer.u8(isZero ? ZERO : WHOLE);
  if (!isZero) writer.bytes(bytes);
  return isZero ? ZERO : WHOLE;
}
