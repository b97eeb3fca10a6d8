import { assert } from "../../sim/assert.ts";
import type { Operation } from "../history/operation.ts";

/** An operation with the index behind which it takes effect. */
interface Effect {
  readonly callIndex: number;
  readonly at: number;
}

/**
 * One order out of the orders of several objects, which keeps each of them and every operation behind
 * those that returned before its call: linearizability is local (Herlihy and Wing, 1990, theorem 1).
 *
 * Each operation takes effect as early as it can, right behind the latest call among it and those
 * before it in its own order. That is before its return, or its own order would be wrong.
 *
 * @returns Indices of calls.
 */
export function mergeOrders(orders: readonly (readonly Operation[])[]): readonly number[] {
  const effects: Effect[] = [];
  for (const order of orders) {
    let at = -1;
    for (const { callIndex, returnIndex } of order) {
      at = Math.max(at, callIndex);
      assert(returnIndex === undefined || at < returnIndex, "orders: effects come before returns");
      effects.push({ callIndex, at });
    }
  }
  // the sort is stable, and effects of different objects never share an index
  return effects.sort((a, b) => a.at - b.at).map(({ callIndex }) => callIndex);
}
