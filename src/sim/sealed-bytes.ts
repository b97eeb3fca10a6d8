import { ByteReader } from "./byte-reader.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { xxh32 } from "./hash.ts";

/** What was written so far with a check value of it at its end; new bytes that the caller keeps. */
export function sealed(writer: ByteWriter): Uint8Array {
  return writer.u32(xxh32(writer.written())).finish();
}

/**
 * Reads what {@link sealed} made, without the check value.
 *
 * @param bytes Read in place; the caller keeps them and must not change them meanwhile.
 * @returns `undefined` for bytes that are too short, or whose check value is wrong.
 */
export function unsealed(bytes: Uint8Array): ByteReader | undefined {
  if (bytes.length < 4) return undefined;
  const body = bytes.subarray(0, bytes.length - 4);
  const check = new ByteReader(bytes.subarray(bytes.length - 4)).u32();
  return check === xxh32(body) ? new ByteReader(body) : undefined;
}
