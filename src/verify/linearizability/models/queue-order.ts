import type { ForcedPair, PlacedCommand } from "../model.ts";

/** An enqueue or a dequeue; the item as canonical JSON. */
export interface QueueCommand {
  readonly f: "enqueue" | "dequeue";
  /** The item, {@link NO_ITEM} if there was none; undefined if nobody knows what was dequeued. */
  readonly item?: string | undefined;
}

/** What a dequeue takes from an empty queue. */
export const NO_ITEM = "null";

/**
 * An item that is enqueued once, and when it can have been dequeued. A dequeue that found the queue
 * empty is like an item that was enqueued and dequeued at once: the same orders follow.
 */
interface Item {
  /** Position of its enqueue, or of the dequeue that found nothing. */
  readonly position: number;
  /** It is dequeued behind this index … */
  readonly from: number;
  /** … and before this one, infinite if perhaps never. */
  readonly to: number;
  /** Whether it must be dequeued. */
  readonly required: boolean;
}

type Placed = PlacedCommand<QueueCommand>;

/** Positions of the commands of one function by item; those of unknown items under `undefined`. */
function byItem(
  commands: readonly Placed[],
  f: QueueCommand["f"],
): ReadonlyMap<string | undefined, readonly number[]> {
  const positions = new Map<string | undefined, number[]>();
  commands.forEach(({ command }, position) => {
    if (command.f !== f) return;
    const known = positions.get(command.item);
    if (known === undefined) positions.set(command.item, [position]);
    else known.push(position);
  });
  return positions;
}

/** The items whose enqueue and dequeue are known from their value alone. */
function itemsOf(commands: readonly Placed[]): readonly Item[] {
  const enqueues = byItem(commands, "enqueue");
  const dequeues = byItem(commands, "dequeue");
  const unknown = (dequeues.get(undefined) ?? []).map((position) => commands[position]!.callIndex);
  const earliest = unknown[0] ?? Number.POSITIVE_INFINITY;
  const items: Item[] = [];
  for (const [item, [position = 0, ...others]] of enqueues) {
    const [dequeue, ...more] = dequeues.get(item) ?? [];
    if (others.length > 0 || more.length > 0) continue;
    const known = dequeue === undefined ? undefined : commands[dequeue];
    if (known?.required === true) {
      items.push({ position, from: known.callIndex, to: known.returnIndex, required: true });
    } else {
      // whoever took it, if anybody did, may be a dequeue that never returned
      const from = Math.min(known?.callIndex ?? Number.POSITIVE_INFINITY, earliest);
      items.push({ position, from, to: Number.POSITIVE_INFINITY, required: false });
    }
  }
  for (const position of dequeues.get(NO_ITEM) ?? []) {
    const { callIndex, returnIndex, required } = commands[position]!;
    if (required) items.push({ position, from: callIndex, to: returnIndex, required });
  }
  return items;
}

/**
 * The orders of enqueues that the dequeues force: an item that was out of the queue before another
 * began to be dequeued went in before it, because the queue is first in, first out. An item that
 * began to be dequeued after the queue was found empty went in after that. Items that are enqueued or
 * dequeued twice are passed over.
 *
 * Only pairs that do not follow from others are returned: with some clients at work at once, a few for
 * each item.
 */
export function queueOrder(commands: readonly Placed[]): readonly ForcedPair[] {
  const items = itemsOf(commands);
  const sources = items.filter(({ required }) => required).sort((a, b) => a.to - b.to);
  const targets = [...items].sort((a, b) => a.from - b.from);
  const pairs: ForcedPair[] = [];
  let over = 0;
  let latestFrom = Number.NEGATIVE_INFINITY;
  for (const target of targets) {
    while (over < sources.length && sources[over]!.to < target.from) {
      latestFrom = Math.max(latestFrom, sources[over]!.from);
      over += 1;
    }
    // what was out before the latest of them began stands before that one already
    for (let at = over - 1; at >= 0 && sources[at]!.to >= latestFrom; at -= 1) {
      pairs.push([sources[at]!.position, target.position]);
    }
  }
  return pairs;
}
