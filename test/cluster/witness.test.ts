// covers src/cluster/term-claimant.ts
import { expect, test } from "vitest";
import { claimTerm } from "../../src/cluster/term-claimant.ts";
import { verdictPort, WITNESS_PORT, Witness } from "../../src/cluster/witness.ts";
import { encodeClaim } from "../../src/cluster/witness-message.ts";
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
