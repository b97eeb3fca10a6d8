import { ByteWriter } from "../../sim/byte-writer.ts";
import { sealed, unsealed } from "../../sim/sealed-bytes.ts";

const PREPARE = 1;
const READY = 2;

/** A question of a primary to the host that is to stand by, or the answer. */
export interface StartMessage {
  /** `prepare`: be the machine's secondary. `ready`: it is from now on. */
  readonly what: "prepare" | "ready";
  /** Which attempt of the machine's, from 1: an answer to an earlier one is none. */
  readonly attempt: number;
}

/** A message as bytes. */
export function encodeStartMessage({ what, attempt }: StartMessage): Uint8Array {
  return sealed(new ByteWriter().u8(what === "prepare" ? PREPARE : READY).u32(attempt));
}

/** Reads a message; `undefined` for anything else. */
export function decodeStartMessage(bytes: Uint8Array): StartMessage | undefined {
  const reader = unsealed(bytes);
  if (reader === undefined) return undefined;
  const [type, attempt] = [reader.u8(), reader.u32()];
  if (!reader.complete || (type !== PREPARE && type !== READY)) return undefined;
  return { what: type === PREPARE ? "prepare" : "ready", attempt };
}

/** The port on which a host that is to stand by is asked. */
export function preparePort(machine: string): string {
  return `prepare ${machine}`;
}

/** The port on which it is answered. */
export function readyPort(machine: string): string {
  return `ready ${machine}`;
}
