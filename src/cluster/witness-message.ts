import type { ByteReader } from "../sim/byte-reader.ts";
import { ByteWriter } from "../sim/byte-writer.ts";
import { sealed, unsealed } from "../sim/sealed-bytes.ts";

const CLAIM = 1;
const VERDICT = 2;

/** A host asks to serve a machine from `term` on, which must be one more than the term in force. */
export interface TermClaim {
  readonly machine: string;
  readonly term: number;
}

/** What the witness says to a claim. */
export interface TermVerdict extends TermClaim {
  readonly granted: boolean;
}

/** A claim as bytes. */
export function encodeClaim({ machine, term }: TermClaim): Uint8Array {
  return sealed(new ByteWriter().u8(CLAIM).text(machine).u32(term));
}

/** A verdict as bytes. */
export function encodeVerdict({ machine, term, granted }: TermVerdict): Uint8Array {
  return sealed(
    new ByteWriter()
      .u8(VERDICT)
      .text(machine)
      .u32(term)
      .u8(granted ? 1 : 0),
  );
}

/** Reads a claim; `undefined` for anything else. */
export function decodeClaim(bytes: Uint8Array): TermClaim | undefined {
  const reader = unseal(bytes, CLAIM);
  if (reader === undefined) return undefined;
  const claim = { machine: reader.text(), term: reader.u32() };
  return reader.complete ? claim : undefined;
}

/** Reads a verdict; `undefined` for anything else. */
export function decodeVerdict(bytes: Uint8Array): TermVerdict | undefined {
  const reader = unseal(bytes, VERDICT);
  if (reader === undefined) return undefined;
  const verdict = { machine: reader.text(), term: reader.u32(), granted: reader.u8() === 1 };
  return reader.complete ? verdict : undefined;
}

function unseal(bytes: Uint8Array, type: number): ByteReader | undefined {
  const reader = unsealed(bytes);
  return reader?.u8() === type ? reader : undefined;
}
