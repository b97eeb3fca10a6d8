import { ByteWriter } from "../../sim/byte-writer.ts";
import { sealed, unsealed } from "../../sim/sealed-bytes.ts";

const ORDER = 0x4f;

/**
 * What a coordinator wants of a host:
 * - `stand-by`: boot the machine and follow its primary, `peer`;
 * - `protect`: replicate the machine that it serves alone to `peer`;
 * - `dismiss`: go on without the secondary;
 * - `hand-over`: let the secondary serve;
 * - `remove`: take away what is left of the machine.
 */
export type OrderName = "stand-by" | "protect" | "dismiss" | "hand-over" | "remove";

const NAMES: readonly OrderName[] = ["stand-by", "protect", "dismiss", "hand-over", "remove"];

/** One order to one host. It is for one term: a host that is in another one does not carry it out. */
export interface HostOrder {
  readonly order: OrderName;
  readonly machine: string;
  readonly term: number;
  /** Empty where there is none. */
  readonly peer: string;
}

/** An order as bytes. */
export function encodeOrder({ order, machine, term, peer }: HostOrder): Uint8Array {
  const writer = new ByteWriter().u8(ORDER).u8(NAMES.indexOf(order));
  return sealed(writer.text(machine).u32(term).text(peer));
}

/** Reads an order; `undefined` for anything else. */
export function decodeOrder(bytes: Uint8Array): HostOrder | undefined {
  const reader = unsealed(bytes);
  if (reader?.u8() !== ORDER) return undefined;
  const order = NAMES[reader.u8()];
  const [machine, term, peer] = [reader.text(), reader.u32(), reader.text()];
  return order !== undefined && reader.complete ? { order, machine, term, peer } : undefined;
}
