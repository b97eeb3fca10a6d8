import { expect, test } from "vitest";
import type { GivenEntry, ProcessName } from "../../../src/verify/history/entry.ts";
import { simulateHistory } from "../../../src/verify/history/simulate-history.ts";
import { checkHistory, MAX_STEPS_MAX } from "../../../src/verify/linearizability/check-history.ts";
import type { Model } from "../../../src/verify/linearizability/model.ts";
import { models } from "../../../src/verify/linearizability/models.ts";
import { caught } from "../history/caught.ts";
import { historyText } from "./history-text.ts";
import { drawsFrom } from "./random-draws.ts";
import { objects } from "./simulated-objects.ts";
import { verdictOf } from "./verdict-of.ts";

const STALE = "0 invoke write 1\n0 ok write 1\n1 invoke read\n1 ok read null";

/** Writes side by side, and a read of what nobody wrote: every order has to be tried. */
function hardHistory(key: string, writes: number): readonly GivenEntry[] {
  const calls = Array.from({ length: writes }, (_, process) => ({
    process,
    f: "write",
    value: process,
  }));
  return [
    ...calls.map((call) => ({ ...call, key, type: "invoke" as const })),
    { process: writes, f: "read", key, type: "invoke" },
    { process: writes, f: "read", key, value: "none", type: "ok" },
    ...calls.map((call) => ({ ...call, key, type: "ok" as const })),
  ];
}

/** Histories one after the other, on processes of their own. */
function join(histories: readonly (readonly GivenEntry[])[]): readonly GivenEntry[] {
  return histories.flatMap((history, at) =>
    history.map((entry) => ({ ...entry, process: `${at}/${entry.process}` })),
  );
}

test("check: a history without operations is linearizable", () => {
  const result = checkHistory([], models.register);
  expect(result).toEqual({ verdict: "linearizable", model: "register", steps: 0, order: [] });
});

test("check: a linearizable history comes with an order", () => {
  const history = historyText(`
    0 invoke write 1
    1 invoke write 2
    0 ok write 1
    1 ok write 2
    2 invoke write 3
    0 invoke read
    0 ok read 1`);
  expect(checkHistory(history, models.register)).toEqual({
    verdict: "linearizable",
    model: "register",
    steps: expect.any(Number) as number,
    order: [1, 0, 5],
  });
});

test("check: what broke is told as plain data", () => {
  const result = checkHistory(historyText(STALE), models.register);
  const write = {
    process: 0,
    f: "write",
    input: 1,
    outcome: "ok",
    output: 1,
    callIndex: 0,
    returnIndex: 1,
  };
  const read = {
    ...write,
    process: 1,
    f: "read",
    input: null,
    output: null,
    callIndex: 2,
    returnIndex: 3,
  };
  expect(result).toEqual({
    verdict: "not-linearizable",
    model: "register",
    steps: 2,
    failures: [
      { operations: [write, read], stuck: read, partials: [{ order: [0], state: "holds 1" }] },
    ],
  });
  expect(JSON.parse(JSON.stringify(result))).toEqual(result);
});

test("check: the longest partial linearizations come first, one for each state", () => {
  const result = checkHistory(hardHistory("x", 3), models.register);
  const [failure] = result.verdict === "not-linearizable" ? result.failures : [];
  expect(failure?.key).toBe("x");
  expect(failure?.stuck.f).toBe("read");
  expect(failure?.partials.map(({ order }) => order.length)).toEqual([3, 3, 3]);
  expect(failure?.partials.map(({ state }) => state).sort()).toEqual([
    "holds 0",
    "holds 1",
    "holds 2",
  ]);
});

test("check: when the steps are used up the verdict is unknown", () => {
  const history = hardHistory("x", 12);
  expect(checkHistory(history, models.register, { maxSteps: 1_000 })).toEqual({
    verdict: "unknown",
    model: "register",
    steps: 1_000,
    maxSteps: 1_000,
  });
  expect(checkHistory(history, models.register).verdict).toBe("not-linearizable");
});

test("check: a hard object does not keep a larger one from being looked at", () => {
  const reads = Array.from({ length: 20 }, () => "1 invoke read\n1 ok read null").join("\n");
  const stale = historyText(`${reads}\n${STALE}`).map((entry) => ({ ...entry, key: "y" }));
  const history = join([hardHistory("x", 12), stale]);
  const result = checkHistory(history, models.register, { maxSteps: 1_000 });
  expect(result).toMatchObject({ verdict: "not-linearizable", failures: [{ key: "y" }] });
  expect(result.steps).toBeLessThan(1_000);
  expect(result.steps).toBeGreaterThan(500);
});

test("check: the largest object gets the steps that the others did not need", () => {
  const easy = Array.from({ length: 9 }, (_, at) =>
    historyText("0 invoke read\n0 ok read null").map((entry) => ({ ...entry, key: at })),
  );
  const hard = hardHistory("x", 6);
  const alone = checkHistory(hard, models.register).steps;
  const maxSteps = alone + easy.length;
  const result = checkHistory(join([hard, ...easy]), models.register, { maxSteps });
  expect(result).toMatchObject({ verdict: "not-linearizable", steps: maxSteps });
});

test("check: the same history gives the same result", () => {
  const options = { clients: 5, operations: 100, openPercent: 10 };
  const history = simulateHistory(objects.bank, options, drawsFrom([], 5));
  const first = checkHistory(history, models.bank);
  expect(checkHistory(structuredClone(history), models.bank)).toEqual(first);
});

test("check: a long history does not overflow the stack", () => {
  const options = { clients: 5, operations: 20_000 };
  const history = simulateHistory(objects["cas-register"], options, drawsFrom([], 6));
  const result = checkHistory(history, models["cas-register"]);
  expect(result.verdict === "linearizable" && result.order.length).toBe(20_000);
});

test("check: many operations that never returned", () => {
  const open = Array.from({ length: 300 }, (_, value) => `${value} invoke write ${value % 100}`);
  const reads = Array.from(
    { length: 100 },
    (_, value) => `999 invoke read\n999 ok read ${99 - value}`,
  );
  expect(verdictOf(models.register, [...open, ...reads].join("\n"))).toBe("linearizable");
  const none = "999 invoke read\n999 ok read 1000";
  expect(verdictOf(models.register, [...open, ...reads, none].join("\n"))).toBe("not-linearizable");
});

test("check: a malformed history is refused", () => {
  const entry: GivenEntry = { process: 0, type: "ok", f: "read" };
  expect(caught(() => checkHistory([entry], models.register)).code).toBe("HISTORY_PAIR");
  const wrong = { ...entry, type: "done" } as unknown as GivenEntry;
  expect(caught(() => checkHistory([wrong], models.register)).code).toBe("HISTORY_TYPE");
});

test.each([0, 0.5, MAX_STEPS_MAX + 1, Number.NaN])("check: %d steps are refused", (maxSteps) => {
  const error = caught(() => checkHistory([], models.register, { maxSteps }));
  expect(error.code).toBe("CHECK_STEPS");
  expect(error.message).toContain("maxSteps: expected an integer from 1 to 1000000000, got ");
});

test("models of one's own: a lock that only its holder may release", () => {
  const lock: Model<ProcessName, { f: string; process: ProcessName }> = {
    name: "lock",
    initial: "free",
    command: ({ f, process }) => ({ f, process }),
    step(holder, { f, process }) {
      if (f === "acquire") return holder === "free" ? process : undefined;
      return holder === process ? "free" : undefined;
    },
    stateKey: (holder) => holder,
  };
  const handOver = `
    1 invoke acquire
    2 invoke acquire
    2 ok acquire
    2 invoke release
    1 ok acquire
    2 ok release`;
  expect(verdictOf(lock, handOver)).toBe("linearizable");
  const both = `
    1 invoke acquire
    2 invoke acquire
    2 ok acquire
    1 ok acquire`;
  expect(checkHistory(historyText(both), lock)).toMatchObject({
    failures: [{ stuck: { process: 1 }, partials: [{ order: [1], state: "2" }] }],
  });
  expect(verdictOf(lock, "1 invoke acquire\n1 ok acquire\n2 invoke release\n2 ok release")).toBe(
    "not-linearizable",
  );
});

test("models of one's own: a partition that is not the key", () => {
  const byProcess: Model = { ...models.register, partition: ({ process }) => process };
  expect(verdictOf(byProcess, STALE)).toBe("linearizable");
});
