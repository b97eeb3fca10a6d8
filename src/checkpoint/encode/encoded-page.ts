import { PAGE_SIZE } from "../../memory/page.ts";
import type { ByteReader } from "../../sim/byte-reader.ts";
import { IDENTICAL, type PageForm, RUNS, WHOLE, WORDS, ZERO } from "./page-form.ts";
import { runsAreSound } from "./run-patch.ts";
import { wordsAreSound } from "./word-patch.ts";

/**
 * A page as it travels: u32 page, u8 form, payload. The payload of a whole page is its 4096 bytes;
 * that of a difference is preceded by its length as u16.
 */
export interface EncodedPage {
  /** Guest-physical page number. */
  readonly page: number;
  readonly form: PageForm;
  /** A view of the message, sound: applying it cannot fail and stays within the page. */
  readonly payload: Uint8Array;
}

/** What forms without a payload show. */
const NOTHING: Uint8Array = new Uint8Array(0);

/**
 * Reads what a `PageEncoder` wrote and checks it through: everything but whether the receiver has the
 * page that a difference is from.
 *
 * @returns `undefined` for bytes that are no such page.
 */
export function readEncodedPage(reader: ByteReader): EncodedPage | undefined {
  const page = reader.u32();
  const form = reader.u8();
  const payload = readPayload(reader, form);
  if (payload === undefined || reader.failed) return undefined;
  return { page, form: form as PageForm, payload };
}

function readPayload(reader: ByteReader, form: number): Uint8Array | undefined {
  switch (form) {
    case ZERO:
    case IDENTICAL:
      return NOTHING;
    case WHOLE:
      return reader.bytes(PAGE_SIZE);
    case WORDS: {
      const payload = reader.bytes(reader.u16());
      return wordsAreSound(payload) ? payload : undefined;
    }
    case RUNS: {
      const payload = reader.bytes(reader.u16());
      return runsAreSound(payload) ? payload : undefined;
    }
    default:
      return undefined;
  }
}
