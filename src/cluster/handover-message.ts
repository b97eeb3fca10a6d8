import { ByteWriter } from "../sim/byte-writer.ts";
import { sealed, unsealed } from "../sim/sealed-bytes.ts";

const OFFER = 1;
const TAKEN = 2;

/** What two hosts say to each other when one hands a machine over to the other. */
export interface HandoverMessage {
  /** `"offer"`: the machine stands still, serve it; `"taken"`: the witness has named me. */
  readonly type: "offer" | "taken";
  readonly machine: string;
  /** The term in which the machine was protected. */
  readonly term: number;
}

/** A message as bytes. */
export function encodeHandover({ type, machine, term }: HandoverMessage): Uint8Array {
  const writer = new ByteWriter().u8(type === "offer" ? OFFER : TAKEN);
  return sealed(writer.text(machine).u32(term));
}

/** Reads a message; `undefined` for anything else. */
export function decodeHandover(bytes: Uint8Array): HandoverMessage | undefined {
  const reader = unsealed(bytes);
  const type = reader?.u8();
  if (reader === undefined || (type !== OFFER && type !== TAKEN)) return undefined;
  const [machine, term] = [reader.text(), reader.u32()];
  if (!reader.complete) return undefined;
  return { type: type === OFFER ? "offer" : "taken", machine, term };
}

/** The port on which a host awaits what its peer says about a handover of a machine. */
export function handoverPort(machine: string): string {
  return `handover ${machine}`;
}
