import { encodeConsolePacket } from "../../../src/guest/console-packet.ts";
import { encodePacket } from "../../../src/guest/packet.ts";
import type { ComparedPacket } from "../../../src/lockstep/compare/compared-packet.ts";
import { Comparer, type ComparerOptions } from "../../../src/lockstep/compare/comparer.ts";

/** Client number of the connection of numbered bytes. */
export const LINE = 99;

/** A packet of a client with some text. */
export function packet(client: number, number: number, text: string): Uint8Array {
  return encodePacket({ client, number, payload: new TextEncoder().encode(text) });
}

/** A segment of a line. */
export function segment(offset: number, text: string, received = 0): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  return encodeConsolePacket({ client: LINE, offset, received, bytes });
}

/** A comparer that says what it comes to: `=1` released, `~2` dropped, `!1 unequal` differs. */
export function comparison(options: Partial<ComparerOptions> = {}) {
  const said: string[] = [];
  const orders = { primary: 0, "stand-by": 0 };
  const of = ({ from, order }: ComparedPacket): string =>
    `${from === "primary" ? "p" : "s"}${order}`;
  const comparer = new Comparer(
    { isSequenced: (client) => client === LINE, mostPackets: 4, timeoutNs: 100, ...options },
    {
      matched: (each) => said.push(`=${of(each)}`),
      dropped: (each) => said.push(`~${of(each)}`),
      diverged: (each, reason) => said.push(`!${of(each)} ${reason}`),
    },
  );
  const made = (from: "primary" | "stand-by", bytes: Uint8Array, atNs: number): ComparedPacket => {
    orders[from] += 1;
    return { from, order: orders[from], epoch: 2, packet: bytes, atNs };
  };
  return {
    comparer,
    said,
    primary: (bytes: Uint8Array, atNs = 0) => comparer.addPrimary(made("primary", bytes, atNs)),
    standBy: (bytes: Uint8Array, atNs = 0) => comparer.addSecondary(made("stand-by", bytes, atNs)),
  };
}
