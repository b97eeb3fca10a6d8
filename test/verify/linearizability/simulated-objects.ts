import type { JsonValue } from "../../../src/verify/history/json-value.ts";
import type {
  RandomSource,
  SimulatedObject,
  SimulatedRequest,
} from "../../../src/verify/history/simulate-history.ts";
import type { ModelName } from "../../../src/verify/linearizability/models.ts";

/** An object written without a look at its model, which draws plausible answers as well. */
export interface TestedObject<State> extends SimulatedObject<State> {
  /** An answer that such an object might give in some state. */
  answer(random: RandomSource, request: SimulatedRequest): JsonValue;
}

const VALUES = 3;

type Values = Readonly<Record<string, JsonValue>>;

function pair(random: RandomSource): JsonValue {
  return [random.below(VALUES), random.below(VALUES)];
}

function applyRegister(state: JsonValue, { f, value }: SimulatedRequest): Applied<JsonValue> {
  if (f === "read") return { state, output: state };
  if (f === "write") return { state: value, output: null };
  const [expected, next] = value as readonly JsonValue[];
  return state === expected ? { state: next!, output: true } : { state, output: false };
}

interface Applied<State> {
  readonly state: State;
  readonly output: JsonValue;
}

function answerRegister(random: RandomSource, { f }: SimulatedRequest): JsonValue {
  if (f === "read") return random.below(VALUES);
  return f === "write" ? null : random.below(2) === 0;
}

const registerObject: TestedObject<JsonValue> = {
  initial: null,
  request: (random) =>
    random.below(2) === 0
      ? { f: "read", value: null }
      : { f: "write", value: random.below(VALUES) },
  apply: applyRegister,
  answer: answerRegister,
};

const casRegisterObject: TestedObject<JsonValue> = {
  initial: null,
  request(random) {
    const draw = random.below(3);
    return draw === 2 ? { f: "cas", value: pair(random) } : registerObject.request(random);
  },
  apply: applyRegister,
  answer: answerRegister,
};

const keyValueObject: TestedObject<Values> = {
  initial: {},
  request(random) {
    const key = ["x", "y"][random.below(2)]!;
    const value = String(random.below(VALUES));
    const draw = random.below(6);
    if (draw < 2) return { f: "get", key, value: null };
    if (draw === 2) return { f: "put", key, value };
    if (draw === 3) return { f: "delete", key, value: null };
    if (draw === 4) return { f: "append", key, value };
    const expected = [null, "0", "1"][random.below(3)]!;
    return { f: "cas", key, value: [expected, [null, "0", "1"][random.below(3)]!] };
  },
  apply(state, { f, key = "", value }) {
    const current = state[key] ?? null;
    if (f === "get") return { state, output: current };
    if (f === "put") return { state: { ...state, [key]: value }, output: null };
    if (f === "delete") return { state: { ...state, [key]: null }, output: current !== null };
    if (f === "append") {
      const joined = (typeof current === "string" ? current : "") + (value as string);
      return { state: { ...state, [key]: joined }, output: null };
    }
    const [expected, next] = value as readonly JsonValue[];
    if (current !== expected) return { state, output: false };
    return { state: { ...state, [key]: next! }, output: true };
  },
  answer(random, { f }) {
    if (f === "get") return [null, "0", "1", "01"][random.below(4)]!;
    return f === "put" || f === "append" ? null : random.below(2) === 0;
  },
};

const counterObject: TestedObject<number> = {
  initial: 0,
  request(random) {
    const draw = random.below(4);
    if (draw < 2) return { f: "read", value: null };
    return { f: "increment", value: draw === 2 ? null : random.below(3) - 1 };
  },
  apply(state, { f, value }) {
    const count = f === "read" ? state : state + ((value as number | null) ?? 1);
    return { state: count, output: count };
  },
  answer: (random) => random.below(4),
};

const queueObject: TestedObject<readonly JsonValue[]> = {
  initial: [],
  request: (random) =>
    random.below(2) === 0
      ? { f: "dequeue", value: null }
      : { f: "enqueue", value: random.below(VALUES) },
  apply(state, { f, value }) {
    if (f === "enqueue") return { state: [...state, value], output: null };
    const [head = null, ...others] = state;
    return { state: others, output: head };
  },
  answer: (random, { f }) => (f === "enqueue" ? null : [null, 0, 1, 2][random.below(4)]!),
};

/** The balances that tests of the bank begin with. */
export const BALANCES: Readonly<Record<string, number>> = { a: 2, b: 1 };

const bankObject: TestedObject<Readonly<Record<string, number>>> = {
  initial: BALANCES,
  request(random) {
    const draw = random.below(4);
    if (draw === 0) return { f: "read", value: null };
    const to = ["a", "b"][random.below(2)]!;
    const amount = 1 + random.below(2);
    if (draw === 1) return { f: "deposit", value: { to, amount } };
    return { f: "transfer", value: { from: ["a", "b"][random.below(2)]!, to, amount } };
  },
  apply(state, { f, value }) {
    if (f === "read") return { state, output: state };
    const { from, to, amount } = value as { from?: string; to: string; amount: number };
    const after = { ...state };
    if (from !== undefined) {
      if (after[from]! < amount) return { state, output: false };
      after[from]! -= amount;
    }
    after[to]! += amount;
    return { state: after, output: from === undefined ? null : true };
  },
  answer(random, { f }) {
    if (f === "read") return { a: random.below(4), b: random.below(4) };
    return f === "deposit" ? null : random.below(2) === 0;
  },
};

/** One object for each model. */
export const objects: Readonly<Record<ModelName, TestedObject<unknown>>> = {
  register: registerObject,
  "cas-register": casRegisterObject,
  "key-value": keyValueObject,
  counter: counterObject,
  queue: queueObject,
  bank: bankObject,
};
