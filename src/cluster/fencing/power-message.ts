import { ByteWriter } from "../../sim/byte-writer.ts";
import { sealed, unsealed } from "../../sim/sealed-bytes.ts";

const ORDER = 1;
const CONFIRMED = 2;

/** The port on which a management controller listens. */
export const POWER_PORT = "power";

/** What a host and a management controller say to each other. */
export interface PowerMessage {
  /** `"order"`: cut your host's power; `"confirmed"`: it has none, or had none since that order. */
  readonly type: "order" | "confirmed";
  /** The machine on whose behalf. */
  readonly machine: string;
  /** The term that the claimant asks for: an order is obeyed once for each. */
  readonly term: number;
}

/** A message as bytes. */
export function encodePower({ type, machine, term }: PowerMessage): Uint8Array {
  const writer = new ByteWriter().u8(type === "order" ? ORDER : CONFIRMED);
  return sealed(writer.text(machine).u32(term));
}

/** Reads a message; `undefined` for anything else. */
export function decodePower(bytes: Uint8Array): PowerMessage | undefined {
  const reader = unsealed(bytes);
  const type = reader?.u8();
  if (reader === undefined || (type !== ORDER && type !== CONFIRMED)) return undefined;
  const [machine, term] = [reader.text(), reader.u32()];
  if (!reader.complete) return undefined;
  return { type: type === ORDER ? "order" : "confirmed", machine, term };
}

/** The port on which a host awaits what a controller confirms about a machine's claim. */
export function confirmationPort(machine: string): string {
  return `power ${machine}`;
}
