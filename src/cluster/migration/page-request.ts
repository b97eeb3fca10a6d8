import { ByteWriter } from "../../sim/byte-writer.ts";
import { sealed, unsealed } from "../../sim/sealed-bytes.ts";

const WANTED = 1;
const WHOLE = 2;

/** What the hosts of a post-copy migration say to each other about pages. */
export type PageRequest =
  /** The machine waits for this page: send it next. */
  | { readonly type: "wanted"; readonly page: number }
  /** All pages have come, says the target; the source says it back. */
  | { readonly type: "whole" };

/** A message as bytes. */
export function encodePageRequest(request: PageRequest): Uint8Array {
  const writer = new ByteWriter();
  if (request.type === "wanted") return sealed(writer.u8(WANTED).u32(request.page));
  return sealed(writer.u8(WHOLE));
}

/** Reads a message; `undefined` for anything else. */
export function decodePageRequest(bytes: Uint8Array): PageRequest | undefined {
  const reader = unsealed(bytes);
  const type = reader?.u8();
  if (reader === undefined) return undefined;
  const request: PageRequest | undefined =
    type === WANTED
      ? { type: "wanted", page: reader.u32() }
      : type === WHOLE
        ? { type: "whole" }
        : undefined;
  return reader.complete ? request : undefined;
}
