import { expect, test } from "vitest";
import { AHEAD_MAX, ChunkDealer } from "../../src/workers/chunk-dealer.ts";
import type { Chunk, ChunkOutcomes, SentOutcome } from "../../src/workers/message.ts";

const held: SentOutcome = { verdict: "holds", hash: "0", happened: [] };

function made({ first, count }: Chunk, elapsedMs = 1): ChunkOutcomes {
  return { type: "outcomes", first, outcomes: Array(count).fill(held), elapsedMs };
}

function dealt(dealer: ChunkDealer): Chunk {
  const chunk = dealer.deal();
  if (chunk === undefined) throw new Error("expected a chunk");
  return chunk;
}

/** Numbers of the runs that it gives back now. */
function given(dealer: ChunkDealer): number[] {
  const indexes: number[] = [];
  for (let next = dealer.next(); next !== undefined && !("error" in next); next = dealer.next()) {
    indexes.push(next.index);
  }
  return indexes;
}

test("chunk dealer: every run once and in order, whatever comes back first", () => {
  const dealer = new ChunkDealer(3, 3);
  const [one, two, three] = [dealt(dealer), dealt(dealer), dealt(dealer)];
  expect(dealer.deal()).toBeUndefined();
  dealer.take(made(three));
  dealer.take(made(two));
  expect(given(dealer)).toEqual([]);
  dealer.take(made(one));
  expect(given(dealer)).toEqual([0, 1, 2]);
  expect(dealer.isDone).toBe(true);
});

test("chunk dealer: chunks grow while they are quick, and shrink towards the end", () => {
  const dealer = new ChunkDealer(1_000, 2);
  const counts: number[] = [];
  for (let chunk = dealer.deal(); chunk !== undefined; chunk = dealer.deal()) {
    counts.push(chunk.count);
    dealer.take(made(chunk, chunk.count));
    given(dealer);
  }
  expect(counts.slice(0, 6)).toEqual([1, 2, 4, 8, 16, 32]);
  expect(Math.max(...counts)).toBe(50);
  expect(counts.slice(-3)).toEqual([1, 1, 1]);
  expect(counts.reduce((sum, count) => sum + count)).toBe(1_000);
});

test("chunk dealer: slow runs come one at a time", () => {
  const dealer = new ChunkDealer(100, 2);
  for (let round = 0; round < 5; round += 1) {
    const chunk = dealt(dealer);
    expect(chunk.count).toBe(1);
    dealer.take(made(chunk, 4_000));
  }
});

test("chunk dealer: nobody runs ahead without end", () => {
  const dealer = new ChunkDealer(100_000, 2);
  const first = dealt(dealer);
  let ahead = first.count;
  for (let chunk = dealer.deal(); chunk !== undefined; chunk = dealer.deal()) {
    ahead += chunk.count;
    dealer.take(made(chunk, 0));
  }
  expect(ahead).toBe(AHEAD_MAX);
  dealer.take(made(first));
  expect(given(dealer)).toHaveLength(AHEAD_MAX);
  expect(dealer.deal()).toBeDefined();
});

test("chunk dealer: an error comes after the runs before it, and nothing after the error", () => {
  const dealer = new ChunkDealer(40, 1);
  dealer.take(made(dealt(dealer)));
  const error = { name: "Error", message: "x" };
  const [second, third] = [dealt(dealer), dealt(dealer)];
  dealer.take(made(third));
  dealer.take({ ...made({ ...second, count: 1 }), error });
  expect(given(dealer)).toEqual([0, 1]);
  expect(dealer.next()).toEqual({ index: 2, error });
  expect(dealer.next()).toEqual({ index: 2, error });
});

test("chunk dealer: what was not dealt out, or is back already, is refused", () => {
  const dealer = new ChunkDealer(2, 1);
  expect(() => dealer.take(made({ first: 0, count: 1 }))).toThrow("only what was dealt out");
  const chunk = dealt(dealer);
  dealer.take(made(chunk));
  given(dealer);
  expect(() => dealer.take(made(chunk))).toThrow("no chunk comes back twice");
});
