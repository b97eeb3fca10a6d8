// covers src/cluster/fencing/volume-writer.ts, src/cluster/term-keeper.ts
import { fences, ms, Simulation, seconds, us } from "standin";
import { riscvJournal } from "standin/guests";
import { expect, test } from "vitest";
import {
  ARRAY_PORT,
  answerPort,
  decodeAnswer,
  encodeWrite,
} from "../../../src/cluster/fencing/array-message.ts";
import type { FenceDefects } from "../../../src/cluster/fencing/defects.ts";
import { SharedArray } from "../../../src/cluster/fencing/shared-array.ts";
import { claimTerm } from "../../../src/cluster/term-claimant.ts";
import type { Host } from "../../../src/host/host.ts";
import { Network } from "../../../src/host/network.ts";
import { PAGE_SIZE } from "../../../src/memory/page.ts";
import { Engine } from "../../../src/sim/engine.ts";
import { MemorySink } from "../../../src/sim/memory-sink.ts";

function setUp(broken: FenceDefects = {}) {
  const engine = new Engine({ seed: 1 });
  const network = new Network(engine);
  const [a, b, node] = ["a", "b", "array"].map((name) => network.addHost(name)) as [
    Host,
    Host,
    Host,
  ];
  network.connect(a, node);
  network.connect(b, node);
  const array = new SharedArray(engine, network, node);
  array.register("m", "a", broken);
  /** Writes a page full of `value`; whether the array has, undefined without an answer. */
  const write = (host: Host, term: number, order: number, value: number, machine = "m") => {
    const answers = host.open(answerPort(machine));
    const bytes = new Uint8Array(PAGE_SIZE).fill(value);
    const message = encodeWrite({ machine, term, order, page: 4, bytes });
    network.send(host, "array", ARRAY_PORT, message);
    engine.run({ until: engine.now + ms(1) });
    const answer = answers.tryReceive();
    host.close(answerPort(machine));
    return answer && decodeAnswer(answer.bytes)?.written;
  };
  const claim = (host: Host, term: number) => {
    const outcome: { granted?: boolean } = {};
    engine.spawn(`claim of ${host.name}`, host.owner, function* () {
      const asking = { engine, network, host, machine: "m", witness: "array" };
      outcome.granted = yield* claimTerm(asking, term);
    });
    return outcome;
  };
  return { engine, network, a, b, node, array, write, claim };
}

test("array: whoever holds the reservation writes, nobody else", () => {
  const { a, b, array, write } = setUp();
  expect(write(a, 1, 1, 7)).toBe(true);
  expect(write(b, 1, 1, 8)).toBe(false);
  expect(write(a, 2, 2, 8)).toBe(false);
  expect(write(b, 1, 1, 8, "other")).toBe(false);
  expect(array.pagesOf("m").get(4)?.[0]).toBe(7);
  expect(array.pagesOf("other").size).toBe(0);
});

test("array: preempting revokes the key; of two that preempt the same one gets the reservation", () => {
  const { engine, a, b, write, claim } = setUp();
  const outcomes = [claim(b, 2), claim(a, 2)];
  engine.run({ until: ms(5) });
  expect(outcomes).toEqual([{ granted: true }, { granted: false }]);
  expect([write(a, 1, 1, 1), write(a, 2, 1, 1), write(b, 2, 1, 9)]).toEqual([false, false, true]);
});

test("array: a write that comes twice, or late, undoes none that came after it", () => {
  const { a, array, write } = setUp();
  expect([write(a, 1, 1, 1), write(a, 1, 2, 2), write(a, 1, 1, 1)]).toEqual([true, true, true]);
  expect(array.pagesOf("m").get(4)?.[0]).toBe(2);
});

test("array: what it stores, and who may write, survives a crash of its host", () => {
  const { engine, a, b, node, array, write, claim } = setUp();
  write(a, 1, 1, 5);
  claim(b, 2);
  engine.run({ until: engine.now + ms(5) });
  node.crash();
  expect(write(b, 2, 1, 6)).toBeUndefined();
  node.restart();
  expect([write(a, 1, 2, 7), write(b, 2, 1, 6)]).toEqual([false, true]);
  expect(array.pagesOf("m").get(4)?.[0]).toBe(6);
});

test("array: it knows each machine once, and takes no rubbish", () => {
  const { engine, network, a, array, write } = setUp();
  network.send(a, "array", ARRAY_PORT, new Uint8Array([1, 2]));
  network.send(a, "array", "witness", new Uint8Array([1, 2]));
  engine.run({ until: ms(5) });
  expect(write(a, 1, 1, 1)).toBe(true);
  expect(() => array.register("m", "b")).toThrow(
    expect.objectContaining({ code: "MACHINE_EXISTS" }),
  );
});

test("array: broken on purpose, it takes revoked keys, or grants without a test", () => {
  const stale = setUp({ staleKeyAccepted: true });
  stale.claim(stale.b, 2);
  stale.engine.run({ until: ms(5) });
  expect(stale.write(stale.a, 1, 1, 1)).toBe(true);
  const untested = setUp({ preemptWithoutTest: true });
  const outcomes = [untested.claim(untested.b, 2), untested.claim(untested.a, 2)];
  untested.engine.run({ until: ms(5) });
  expect(outcomes).toEqual([{ granted: true }, { granted: true }]);
});

/** A journal on the array, asked by two clients. */
function journal(broken: FenceDefects = {}) {
  const sim = new Simulation({ seed: 2, onViolation: "record" });
  const sink = new MemorySink();
  sim.trace.addSink(sink);
  const { a, b } = sim.hosts(["a", "b"], { latency: us(50) });
  const machine = sim.protect(riscvJournal({ diskLatencyTicks: 100_000 }), {
    ...{ name: "m", primary: a, secondary: b, fence: fences.storageReservation(), broken },
  });
  for (let count = 0; count < 2; count += 1) sim.client(machine, { requests: 40, think: ms(4) });
  const pages = (kind: string, host: string) =>
    sink.records.filter(({ record }) => record.kind === kind && record["host"] === host).length;
  /** Pages of the serving machine's disk that the array has otherwise. */
  const differing = () => {
    const memory = machine.activeNode!.vm.guest.memory;
    const disk = memory.regions.find(({ medium }) => medium === "disk")!;
    const stored = sim.array!.pagesOf("m");
    let count = 0;
    for (let page = disk.basePage; page < disk.basePage + disk.pageCount; page += 1) {
      const [is, has] = [memory.page(page), stored.get(page) ?? new Uint8Array(PAGE_SIZE)];
      if (Buffer.compare(is, has) !== 0) count += 1;
    }
    return count;
  };
  const violated = () => [...new Set(sim.violations.map(({ name }) => name))];
  return { sim, a, b, machine, pages, differing, violated };
}

test("array fence: what the machine writes to its disk is on the array", () => {
  const { sim, pages, differing, violated } = journal();
  sim.run({ until: seconds(1) });
  expect(pages("array.written", "a")).toBeGreaterThan(20);
  expect([differing(), violated()]).toEqual([0, []]);
});

test("array fence: a primary that comes back after its replacement writes nothing, and answers nobody", () => {
  const { sim, a, b, machine, pages, differing, violated } = journal();
  sim.at(ms(60), () => a.pause());
  sim.at(ms(250), () => a.resume());
  sim.run({ until: ms(250) });
  const written = pages("array.written", "a");
  sim.run({ until: seconds(2) });
  expect(machine.activeHost).toBe(b);
  expect(pages("array.refused", "a")).toBeGreaterThan(0);
  expect(pages("array.written", "a")).toBe(written);
  expect(pages("array.written", "b")).toBeGreaterThan(10);
  expect([differing(), violated()]).toEqual([0, []]);
  expect(sim.clients.map(({ acknowledged }) => acknowledged)).toEqual([40, 40]);
});

test("array fence: a primary that goes on alone writes with the key of its new term", () => {
  const { sim, a, b, machine, differing, violated } = journal();
  sim.at(ms(60), () => b.crash());
  sim.run({ until: seconds(1) });
  expect([machine.activeHost, machine.activeNode?.term]).toEqual([a, 2]);
  expect([differing(), violated()]).toEqual([0, []]);
});

test("array fence: while the way to the array is cut nobody is replaced, and the disk is written later", () => {
  const { sim, a, b, machine, differing, violated } = journal();
  sim.at(ms(40), () => sim.network.partition("b", "array"));
  sim.at(ms(60), () => a.crash());
  sim.run({ until: ms(500) });
  expect(machine.activeHost).toBeUndefined();
  sim.network.heal("b", "array");
  sim.run({ until: seconds(2) });
  expect([machine.activeHost, differing(), violated()]).toEqual([b, 0, []]);
});

test("array fence, stale keys taken on purpose: the old primary writes the disk of its successor", () => {
  const { sim, a, violated } = journal({ staleKeyAccepted: true });
  sim.at(ms(60), () => a.pause());
  sim.at(ms(250), () => a.resume());
  sim.run({ until: seconds(1) });
  expect(violated()).toContain("one-writer");
});
