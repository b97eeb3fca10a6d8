// covers src/cluster/term-claimant.ts
import { expect, test } from "vitest";
import { claimTerm } from "../../src/cluster/term-claimant.ts";
import { verdictPort, WITNESS_PORT, Witness } from "../../src/cluster/witness.ts";
import { encodeClaim, encodeVerdict } from "../../src/cluster/witness-message.ts";
import type { Host } from "../../src/host/host.ts";
import { Network } from "../../src/host/network.ts";
import { Engine } from "../../src/sim/engine.ts";
import { MemorySink } from "../../src/sim/memory-sink.ts";
import { ms } from "../../src/sim/time.ts";

function setUp() {
  const engine = new Engine({ seed: 1 });
  const sink = new MemorySink();
  engine.trace.addSink(sink);
  const network = new Network(engine);
  const [a, b, w] = [network.addHost("a"), network.addHost("b"), network.addHost("w")];
  network.connect(a, w);
  network.connect(b, w);
  const witness = new Witness(engine, network, w);
  witness.register("m", "a");
  const claim = (host: Host, term: number, machine = "m"): { granted?: boolean } => {
    const outcome: { granted?: boolean } = {};
    engine.spawn(`claim of ${host.name}`, host.owner, function* () {
      const asking = { engine, network, host, machine, witness: "w" };
      outcome.granted = yield* claimTerm(asking, term);
    });
    return outcome;
  };
  const kinds = (): string[] =>
    sink.records.map(({ record }) => record.kind).filter((kind) => kind.startsWith("witness"));
  return { engine, network, a, b, w, witness, claim, kinds };
}

test("witness: of two hosts that claim the next term exactly one gets it", () => {
  const { engine, a, b, claim, kinds } = setUp();
  const outcomes = [claim(a, 2), claim(b, 2)];
  engine.run({ until: ms(10) });
  expect(outcomes.map(({ granted }) => granted).sort()).toEqual([false, true]);
  expect(kinds()).toEqual(["witness.registered", "witness.granted", "witness.refused"]);
});

test("witness: a stale term and a term out of turn are refused", () => {
  const { engine, a, b, claim } = setUp();
  const tooEarly = claim(b, 3);
  engine.run({ until: ms(5) });
  expect(tooEarly.granted).toBe(false);
  claim(a, 2);
  engine.run({ until: ms(10) });
  const stale = claim(b, 1);
  engine.run({ until: ms(15) });
  expect(stale.granted).toBe(false);
});

test("witness: it knows only machines that were entered, each once", () => {
  const { engine, b, witness, claim } = setUp();
  const unknown = claim(b, 2, "other");
  engine.run({ until: ms(5) });
  expect(unknown.granted).toBe(false);
  expect(() => {
    witness.register("m", "b");
  }).toThrow(expect.objectContaining({ code: "MACHINE_EXISTS" }));
  expect(() => {
    witness.register("m", "b");
  }).toThrow('expected a name that is not taken, got "m"');
});

test("witness: rubbish or a verdict about another term or machine is no answer", () => {
  const { engine, network, b, w, claim } = setUp();
  network.partition("b", "w", { oneWay: true });
  const outcome = claim(b, 2);
  engine.run({ until: ms(5) });
  network.send(w, "b", verdictPort("m"), new Uint8Array([1, 2, 3]));
  for (const other of [
    { machine: "m", term: 1 },
    { machine: "n", term: 2 },
  ]) {
    network.send(w, "b", verdictPort("m"), encodeVerdict({ ...other, granted: true }));
  }
  engine.run({ until: ms(100) });
  expect(outcome.granted).toBeUndefined();
  network.heal("b", "w", { oneWay: true });
  engine.run({ until: ms(200) });
  expect(outcome.granted).toBe(true);
});

test("witness: a host can claim several machines at a time, and gets each one's verdict", () => {
  const { engine, b, witness, claim } = setUp();
  witness.register("n", "a");
  const outcomes = [claim(b, 2, "m"), claim(b, 3, "n")];
  engine.run({ until: ms(10) });
  expect(outcomes.map(({ granted }) => granted)).toEqual([true, false]);
});

test("witness: a host claims again later; its port is closed as long as nothing is asked", () => {
  const { engine, b, claim } = setUp();
  claim(b, 2);
  engine.run({ until: ms(5) });
  const again = claim(b, 3);
  engine.run({ until: ms(10) });
  expect(again.granted).toBe(true);
});

test("witness: broken on purpose, it grants a term to all who ask; or nobody asks it", () => {
  const { engine, network, a, b, witness, claim, kinds } = setUp();
  witness.register("n", "a", { witnessWithoutTerm: true });
  const outcomes = [claim(a, 2, "n"), claim(b, 2, "n")];
  engine.run({ until: ms(5) });
  expect(outcomes.map(({ granted }) => granted)).toEqual([true, true]);
  const said = kinds().length;
  let taken = false;
  engine.spawn("claim", b.owner, function* () {
    const asking = { engine, network, host: b, machine: "m", witness: "w", withoutWitness: true };
    taken = yield* claimTerm(asking, 2);
  });
  engine.run({ until: ms(10) });
  expect([taken, kinds().length]).toEqual([true, said]);
});

test("witness: what fails in it is named after it and its host", () => {
  const { engine, network, w } = setUp();
  expect(new Witness(engine, network, w).host).toBe(w);
  expect(() => engine.run({ until: ms(1) })).toThrow(
    expect.objectContaining({ processName: "witness on w" }),
  );
});

test("witness: a verdict that was lost is given again, the same", () => {
  const { engine, network, b, claim, kinds } = setUp();
  network.partition("w", "b", { oneWay: true });
  const outcome = claim(b, 2);
  engine.run({ until: ms(100) });
  expect(outcome.granted).toBeUndefined();
  network.heal("w", "b", { oneWay: true });
  engine.run({ until: ms(200) });
  expect(outcome.granted).toBe(true);
  expect(kinds().filter((kind) => kind === "witness.granted")).toHaveLength(1);
});

test("witness: what it granted survives a crash of its host", () => {
  const { engine, a, b, w, claim } = setUp();
  claim(b, 2);
  engine.run({ until: ms(5) });
  w.crash();
  const late = claim(a, 2);
  engine.run({ until: ms(50) });
  expect(late.granted).toBeUndefined();
  w.restart();
  engine.run({ until: ms(100) });
  expect(late.granted).toBe(false);
});

test("witness: rubbish gets no answer and does no harm", () => {
  const { engine, network, b, claim } = setUp();
  const verdicts = b.open(verdictPort("m"));
  network.send(b, "w", WITNESS_PORT, new Uint8Array([1, 2, 3]));
  network.send(b, "w", WITNESS_PORT, encodeClaim({ machine: "m", term: 2 }).subarray(1));
  engine.run({ until: ms(5) });
  expect(verdicts.length).toBe(0);
  b.close(verdictPort("m"));
  const outcome = claim(b, 2);
  engine.run({ until: ms(10) });
  expect(outcome.granted).toBe(true);
});
