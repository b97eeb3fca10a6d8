// Histories of clients of a CAS register, drawn from numbers: as simulated, or damaged on purpose
import { RunningHash } from "#src/sim/hash";
import type { HistoryEntry } from "#src/verify/history/entry";
import type { JsonValue } from "#src/verify/history/json-value";
import { mutateHistory } from "#src/verify/history/mutate-history";
import {
  type RandomSource,
  type SimulatedObject,
  simulateHistory,
} from "#src/verify/history/simulate-history";

export const CLIENTS = 5;
const VALUES = 5;
const MUTATIONS = 3;

export interface Kind {
  readonly name: string;
  readonly openPercent: number;
  readonly mutated: boolean;
}

export const kinds: readonly Kind[] = [0, 5, 20].flatMap((openPercent) =>
  [false, true].map((mutated) => ({
    name: `${openPercent} % open, ${mutated ? "mutated" : "as simulated"}`,
    openPercent,
    mutated,
  })),
);

/** Draws for one history, from its number. */
function randomSource(seed: number): RandomSource {
  const hash = new RunningHash();
  hash.addInteger(seed);
  return {
    below(limit) {
      hash.add32(limit);
      return (hash.lanes()[0] >>> 0) % limit;
    },
  };
}

const object: SimulatedObject<JsonValue> = {
  initial: null,
  request(random) {
    const draw = random.below(3);
    if (draw === 0) return { f: "read", value: null };
    if (draw === 1) return { f: "write", value: random.below(VALUES) };
    return { f: "cas", value: [random.below(VALUES), random.below(VALUES)] };
  },
  apply(state, { f, value }) {
    if (f === "read") return { state, output: state };
    if (f === "write") return { state: value, output: value };
    const [expected, next] = value as readonly JsonValue[];
    return state === expected ? { state: next ?? null, output: true } : { state, output: false };
  },
};

/** A history of 100 to 200 operations. */
export function historyOf({ openPercent, mutated }: Kind, seed: number): readonly HistoryEntry[] {
  const random = randomSource(seed);
  const operations = 100 + random.below(101);
  const options = { clients: CLIENTS, operations, openPercent, failPercent: 2 };
  let history = simulateHistory(object, options, random);
  for (let i = 0; mutated && i < MUTATIONS; i += 1) history = mutateHistory(history, random);
  return history;
}
