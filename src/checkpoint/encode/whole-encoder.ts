import { PAGE_SIZE } from "../../memory/page.ts";
import { pageIsZero } from "../../memory/page-is-zero.ts";
import { assert } from "../../sim/assert.ts";
import type { ByteWriter } from "../../sim/byte-writer.ts";
import { EncodeWork } from "./encode-work.ts";
import type { PageEncoder } from "./page-encoder.ts";
import { WHOLE, ZERO } from "./page-form.ts";

/** Sends every page whole, or as nothing when it is zero. Keeps nothing. */
export class WholeEncoder implements PageEncoder {
  readonly name = "whole";
  readonly work: EncodeWork = new EncodeWork();

  encode(page: number, bytes: Uint8Array, writer: ByteWriter): void {
    assert(bytes.length === PAGE_SIZE, "a page copy is one page long");
    const before = writer.length;
    const form = pageIsZero(bytes) ? ZERO : WHOLE;
    writer.u32(page).u8(form);
    if (form === WHOLE) writer.bytes(bytes);
    this.work.count(form, writer.length - before);
  }

  beginEpoch(): void {}

  learn(): void {}

  forget(): void {}
}
