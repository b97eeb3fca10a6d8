import { ByteWriter } from "../../sim/byte-writer.ts";
import { sealed, unsealed } from "../../sim/sealed-bytes.ts";

const COME = 1;
const READY = 2;

/** What source and target of a migration say to each other before anything is sent. */
export interface Summons {
  /** `"come"`: stand by for a machine; `"ready"`: I do. */
  readonly type: "come" | "ready";
  readonly machine: string;
  /** The term in which the source serves. */
  readonly term: number;
}

/** A message as bytes. */
export function encodeSummons({ type, machine, term }: Summons): Uint8Array {
  const writer = new ByteWriter().u8(type === "come" ? COME : READY);
  return sealed(writer.text(machine).u32(term));
}

/** Reads a message; `undefined` for anything else. */
export function decodeSummons(bytes: Uint8Array): Summons | undefined {
  const reader = unsealed(bytes);
  const type = reader?.u8();
  if (reader === undefined || (type !== COME && type !== READY)) return undefined;
  const [machine, term] = [reader.text(), reader.u32()];
  if (!reader.complete) return undefined;
  return { type: type === COME ? "come" : "ready", machine, term };
}

/** The port on which source and target of a machine's migration hear of each other. */
export function summonsPort(machine: string): string {
  return `migration ${machine}`;
}
