// covers src/schemes/checkpoint.ts, src/cluster/machine-node.ts, src/cluster/protected-machine.ts, src/cluster/primary-role.ts, src/checkpoint/checkpointer.ts, src/checkpoint/trigger/held-output.ts
import { expect, test } from "vitest";
import type { CheckpointOptions } from "../../../src/checkpoint/options.ts";
import { type AtCommitOptions, atCommit } from "../../../src/checkpoint/release/at-commit.ts";
import { gateRules } from "../../../src/checkpoint/release/gate-rules.ts";
import type { Trigger } from "../../../src/checkpoint/trigger/trigger.ts";
import { triggers } from "../../../src/checkpoint/trigger/triggers.ts";
import { keyValue } from "../../../src/guest/key-value.ts";
import { checkpoint } from "../../../src/schemes/checkpoint.ts";
import { ms, type Nanoseconds, seconds, us } from "../../../src/sim/time.ts";
import { WITNESS_HOST } from "../../../src/simulation/machine-room.ts";
import { Simulation } from "../../../src/simulation/simulation.ts";
import type { StandinRecord } from "../../../src/verify/standin-record.ts";

/** A key-value machine with two clients, its records kept with their times. */
function pair(options: CheckpointOptions, requests = 100) {
  const simulation = new Simulation({ seed: 5, onViolation: "record" });
  const { a, b } = simulation.hosts(["a", "b"], { latency: us(50) });
  const scheme = checkpoint(options);
  const image = keyValue({ serviceNs: us(150) });
  const machine = simulation.protect(image, { primary: a, secondary: b, scheme });
  const clients = [1, 2].map(() => simulation.client(machine, { requests, think: ms(1) }));
  const records: { readonly atNs: Nanoseconds; readonly record: StandinRecord }[] = [];
  simulation.trace.addSink({
    record: (atNs, _position, record) => {
      records.push({ atNs, record: record as StandinRecord });
    },
  });
  return {
    ...{ simulation, machine, clients, a, b, records },
    count: (kind: string) => records.filter(({ record }) => record.kind === kind).length,
    violated: () => new Set(simulation.violations.map(({ name }) => name)),
  };
}

const deferring = (numbers: readonly number[], mostDelayNs: Nanoseconds): AtCommitOptions => ({
  rules: [gateRules.clients({ numbers, verdict: "defer" })],
  mostDelayNs,
});
const bypassing = (...numbers: readonly number[]) =>
  atCommit({ rules: [gateRules.clients({ numbers, verdict: "bypass" })] });

/** Checkpoints soon after output is held, and now and then. */
const eager = () =>
  triggers.firstOf(
    triggers.heldOutput({ leastNs: us(500), mostNs: ms(100) }),
    triggers.fixedInterval(ms(100)),
  );

/** From holding to leaving, of each deferred packet; packets leave in order. */
function delays(records: ReturnType<typeof pair>["records"]): Nanoseconds[] {
  const waiting: { atNs: Nanoseconds; isDeferred: boolean }[] = [];
  const found: Nanoseconds[] = [];
  for (const { atNs, record } of records) {
    if (record.kind === "output.held") {
      waiting.push({ atNs, isDeferred: record.deferred === true });
    }
    if (record.kind !== "output.released" || !record.protected) continue;
    const first = waiting.shift()!;
    if (first.isDeferred) found.push(atNs - first.atNs);
  }
  return found;
}

/** The longest checkpoint, from its beginning to its acknowledgement. */
function longestCheckpoint(records: ReturnType<typeof pair>["records"]): Nanoseconds {
  let [startedAtNs, longestNs] = [0, 0];
  for (const { atNs, record } of records) {
    if (record.kind === "checkpoint.started") startedAtNs = atNs;
    // the first one is of all memory
    if (record.kind !== "checkpoint.acknowledged" || record.epoch === 1) continue;
    longestNs = Math.max(longestNs, atNs - startedAtNs);
  }
  return longestNs;
}

test("release: a machine whose replies may all be deferred makes fewer checkpoints for them", () => {
  const checkpoints = (options: AtCommitOptions): number => {
    const on = pair({ trigger: eager(), release: atCommit(options) });
    on.simulation.run({ until: ms(400) });
    expect(on.violated()).toEqual(new Set());
    return on.count("checkpoint.started");
  };
  const before = checkpoints({});
  const [after10, after20] = [10, 20].map((delay) => checkpoints(deferring([1, 2], ms(delay))));
  expect(before).toBeGreaterThan(100);
  expect(after10).toBeLessThan(before / 3);
  expect(after20).toBeLessThan(after10!);
});

test("release: no deferred packet waits longer than it may and one checkpoint", () => {
  for (const numbers of [[1, 2], [1]]) {
    const on = pair({ trigger: eager(), release: atCommit(deferring(numbers, ms(8))) });
    on.simulation.run({ until: seconds(1) });
    const found = delays(on.records);
    expect(found.length).toBeGreaterThan(60);
    expect(Math.max(...found)).toBeLessThanOrEqual(ms(8) + longestCheckpoint(on.records));
    // of client 1 alone, the other one's replies hurry
    if (numbers.length === 2) expect(Math.max(...found)).toBeGreaterThan(ms(8));
  }
});

test("release: a trigger is told what hurries, and how long the rest may wait", () => {
  const seen: { bytes: number; urgent: number; leftNs: Nanoseconds }[] = [];
  const trigger: Trigger = {
    name: "every 5 ms",
    *wait({ host, heldBytes, urgentBytes, deferredUntilNs, clockNs }) {
      yield* host.clock.sleep(ms(5));
      const leftNs = deferredUntilNs() - clockNs();
      seen.push({ bytes: heldBytes(), urgent: urgentBytes(), leftNs });
    },
  };
  pair({ trigger, release: atCommit(deferring([1], ms(8))) }).simulation.run({ until: ms(80) });
  expect(seen.length).toBeGreaterThan(10);
  const mixed = seen.filter(({ bytes, urgent }) => urgent > 0 && urgent < bytes);
  expect(mixed.length).toBeGreaterThan(5);
  // the first deferred packet came in these 5 ms, or in the checkpoint before
  for (const { leftNs } of mixed) expect([leftNs > ms(2), leftNs <= ms(8)]).toEqual([true, true]);
});

test("release: deferring loses nothing, whenever the primary dies", () => {
  for (let round = 0; round < 12; round += 1) {
    const on = pair({ trigger: eager(), release: atCommit(deferring([1], ms(8))) });
    on.simulation.at(ms(20) + round * us(1_370), () => on.a.crash());
    on.simulation.run({ until: seconds(2) });
    expect(on.violated()).toEqual(new Set());
    expect(on.machine.activeHost).toBe(on.b);
    expect(on.clients.map(({ acknowledged }) => acknowledged)).toEqual([100, 100]);
  }
});

test("release: an answer that bypasses comes at once, and may be lost with the primary", () => {
  const on = pair({ interval: ms(25), release: bypassing(2) }, 400);
  on.simulation.at(ms(310), () => on.a.crash());
  on.simulation.run({ until: ms(300) });
  const [held, passed] = on.clients;
  const latencies = (client: string): number[] =>
    on.records
      .map(({ record }) => record)
      .filter((record) => record.kind === "request.acknowledged")
      .filter((record) => record.client === client)
      .map(({ latencyNs }) => latencyNs);
  expect(Math.max(...latencies("client 1"))).toBeGreaterThan(ms(20));
  expect(Math.max(...latencies("client 2"))).toBeLessThan(ms(2));
  expect(on.count("output.bypassed")).toBeGreaterThan(100);
  expect(on.violated()).toEqual(new Set());
  on.simulation.run({ until: seconds(1) });
  expect(held!.lost).toEqual([]);
  expect(passed!.lost).not.toEqual([]);
  expect(on.violated()).toEqual(new Set(["nothing-lost"]));
});

test("release: a primary that is cut off lets nothing bypass from when it asks who serves", () => {
  const on = pair({ interval: ms(5), release: bypassing(1, 2) }, 600);
  const { network } = on.simulation;
  on.simulation.at(ms(50), () => {
    network.partition("a", "b");
    network.partition("a", WITNESS_HOST);
  });
  on.simulation.at(ms(300), () => network.heal("a", WITNESS_HOST));
  on.simulation.run({ until: seconds(1) });
  const asked = on.records.findIndex(({ record }) => {
    return record.kind === "term.requested" && record.host === "a";
  });
  const count = (part: typeof on.records, kind: string) =>
    part.filter(({ record }) => record.kind === kind && "host" in record && record.host === "a")
      .length;
  const [before, after] = [on.records.slice(0, asked), on.records.slice(asked)];
  expect(count(before, "output.bypassed")).toBeGreaterThan(50);
  // it runs on, and what it says is held: all of it, and thrown away in the end
  expect(count(after, "output.held")).toBeGreaterThan(0);
  expect(count(after, "output.bypassed")).toBe(0);
  expect(count(after, "machine.fenced")).toBe(1);
  expect(on.violated()).not.toContain("output-commit");
});

test("release: protected again, a machine lets the same clients bypass, at once", () => {
  const on = pair({ interval: ms(5), release: bypassing(1, 2, 3) });
  on.simulation.at(ms(50), () => on.b.crash());
  on.simulation.at(ms(250), () => {
    on.b.restart();
    on.simulation.protectAgain(on.machine, on.b);
  });
  on.simulation.run({ until: ms(400) });
  const before = on.count("output.bypassed");
  // said by the gate of the host that was restarted
  expect(on.count("output.bypass-allowed")).toBe(3);
  on.simulation.client(on.machine, { requests: 20, think: ms(1) });
  on.simulation.run({ until: ms(500) });
  expect(on.count("output.bypassed")).toBe(before + 20);
  expect(on.violated()).toEqual(new Set());
});

test("release: a console's packets never bypass, whatever its number", () => {
  const { simulation, machine } = pair({ release: bypassing(9) });
  expect(machine.mayBypass(9)).toBe(true);
  expect(() => simulation.console(machine, { client: 9 })).toThrow(
    expect.objectContaining({ code: "CONSOLE_BYPASS" }),
  );
  expect(simulation.consoles).toEqual([]);
  simulation.console(machine, { client: 10 });
  expect(machine.mayBypass(10)).toBe(false);
});

test("release: a gate whose rules let replies through is noticed, by the trace and by the ledger", () => {
  const on = pair({ broken: { bypassReplies: true } });
  on.simulation.at(ms(60), () => on.a.crash());
  on.simulation.run({ until: seconds(1) });
  expect(on.violated()).toEqual(new Set(["output-commit", "nothing-lost"]));
  const sound = pair({ broken: { bypassReplies: false } });
  sound.simulation.at(ms(60), () => sound.a.crash());
  sound.simulation.run({ until: seconds(1) });
  expect(sound.violated()).toEqual(new Set());
});
