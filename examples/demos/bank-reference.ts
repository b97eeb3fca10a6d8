import type { AuditedClient } from "standin";
import { decodePacket, encodePacket, type Guest } from "standin/guests";
import type { SqliteImage } from "../sqlite/sqlite.ts";

/** Longest stretch the reference machine runs at once; it has all the time it wants. */
const BUDGET_NS = 1_000_000_000;

/** A machine that nothing ever happened to, and what it answered. */
export interface Reference {
  readonly guest: Guest;
  /** By request number: the reply without its header. */
  readonly replies: ReadonlyMap<number, Uint8Array>;
}

/** The numbers of a client's requests in the order in which a machine executed them. */
export function executionOrder(image: SqliteImage, guest: Guest, client: AuditedClient): number[] {
  const sql = `SELECT number FROM ledger WHERE client = ${client.id} ORDER BY entry`;
  return image
    .audit(guest)
    .query(sql)
    .map(([number]) => Number(number));
}

/**
 * One machine, no hosts, no checkpoints, no failure: it is given the requests of a client in an order,
 * each once.
 */
export function runReference(
  image: SqliteImage,
  client: AuditedClient,
  order: readonly number[],
): Reference {
  const replies = new Map<number, Uint8Array>();
  const guest = image.create({
    now: () => 0,
    random32: () => 0,
    transmit(packet) {
      const reply = decodePacket(packet);
      if (reply !== undefined) replies.set(reply.number, reply.payload.slice());
    },
  });
  for (const number of order) {
    const invocation = client.history[number - 1];
    if (invocation === undefined) continue;
    guest.deliver(encodePacket({ client: client.id, number, payload: invocation.request }));
    while (guest.run(BUDGET_NS).boundary !== "idle");
  }
  return { guest, replies };
}

/**
 * Requests that were executed before one that had been answered before they were asked: an order that
 * no single machine could have given.
 */
export function impossiblyEarly(client: AuditedClient, order: readonly number[]): number[] {
  const early: number[] = [];
  // Going backwards: the earliest reply among all that were executed later.
  let firstReplyNs = Infinity;
  for (const number of [...order].reverse()) {
    const invocation = client.history[number - 1];
    if (invocation === undefined) continue;
    if (firstReplyNs < invocation.invokedAtNs) early.push(number);
    firstReplyNs = Math.min(firstReplyNs, invocation.repliedAtNs ?? Infinity);
  }
  return early;
}
