import { expect, test } from "vitest";
import { MachineNode } from "../../src/cluster/machine-node.ts";
import { claimNextTerm, heartbeatWith, streamWith } from "../../src/cluster/peer.ts";
import type { ClusterDefects, Protection } from "../../src/cluster/protection.ts";
import { counter } from "../../src/guest/counter.ts";
import { ms, us } from "../../src/sim/time.ts";
import { DETECTION, hosts, idleScheme } from "./rig.ts";

/** Nodes of machine `m` on hosts a and b, in a term, without the roles that would use what is tested. */
function nodes(broken: ClusterDefects = {}, term = 1) {
  const on = hosts();
  const { engine, network, clients, a, b } = on;
  const image = counter({ memoryBytes: 64 * 1024 });
  const shared = { engine, clients, machine: "m" };
  const protection: Protection = {
    ...shared,
    network,
    scheme: idleScheme(),
    detection: DETECTION,
    witness: "w",
    broken,
  };
  const ofA = new MachineNode({ ...shared, host: a, image, role: "primary", term });
  const ofB = new MachineNode({ ...shared, host: b, image, role: "secondary", term });
  return { ...on, protection, ofA, ofB };
}

/** Sends a message from a to b, one bit of the packet that carries it damaged; what arrived. */
function damaged(broken: ClusterDefects): { sent: Uint8Array; arrived: Uint8Array[] } {
  const { engine, network, a, b, protection, ofA, ofB } = nodes(broken);
  const [from, to] = [streamWith(protection, ofA, "b"), streamWith(protection, ofB, "a")];
  const arrived: Uint8Array[] = [];
  engine.spawn("receiver", b.owner, function* () {
    for (;;) arrived.push(yield* to.receive());
  });
  const sent = new Uint8Array(20_000);
  let damages = 0;
  // The packet is nearly all message, so that the damage is in the message.
  network.link(a, b).addRule(({ bytes }) => {
    if (bytes < sent.length || damages > 0) return "pass";
    damages += 1;
    return "corrupt";
  });
  engine.spawn("sender", a.owner, () => from.send(sent.slice()));
  engine.run({ until: ms(500) });
  expect(damages).toBe(1);
  return { sent, arrived };
}

test("peer: a damaged message arrives unharmed, for the stream looks at its check values", () => {
  const { sent, arrived } = damaged({});
  expect(arrived).toHaveLength(1);
  expect(Buffer.compare(arrived[0]!, sent)).toBe(0);
});

test("peer: with check values that nobody looks at, on purpose, it arrives damaged", () => {
  const { sent, arrived } = damaged({ uncheckedStream: true });
  expect(arrived).toHaveLength(1);
  expect(arrived[0]).toHaveLength(sent.length);
  expect(Buffer.compare(arrived[0]!, sent)).not.toBe(0);
});

test("peer: two machines on the same hosts have streams of their own", () => {
  const { engine, a, b, protection, ofA, ofB } = nodes();
  const heard: [string, number][] = [];
  for (const [machine, value] of [
    ["m", 1],
    ["n", 2],
  ] as const) {
    const from = streamWith({ ...protection, machine }, ofA, "b");
    const to = streamWith({ ...protection, machine }, ofB, "a");
    engine.spawn("receiver", b.owner, function* () {
      heard.push([machine, (yield* to.receive())[0]!]);
    });
    engine.spawn("sender", a.owner, () => from.send(new Uint8Array([value])));
  }
  engine.run({ until: ms(5) });
  expect(heard).toEqual([
    ["m", 1],
    ["n", 2],
  ]);
});

test.each([
  [{}, true],
  [{ heartbeatFromPausedHost: true }, false],
])("peer: with %o, a paused peer is suspected: %s", (broken, suspected) => {
  const { engine, a, protection, ofA, ofB } = nodes(broken);
  heartbeatWith(protection, ofA, "b");
  const heartbeat = heartbeatWith(protection, ofB, "a");
  engine.run({ until: ms(10) });
  a.pause();
  engine.run({ until: ms(30) });
  expect(heartbeat.suspected.isSet).toBe(suspected);
});

test("peer: who is suspected, and when, is said in the node's term and the machine's name", () => {
  const { engine, protection, ofB, records } = nodes({}, 4);
  heartbeatWith(protection, ofB, "a");
  engine.run({ until: ms(20) });
  expect(records("failure")).toEqual([
    {
      kind: "failure.suspected",
      machine: "m",
      host: "b",
      term: 4,
      peer: "a",
      silentNs: DETECTION.timeout,
    },
  ]);
});

test("peer: the term claimed is the one after the node's", () => {
  const { engine, b, witness, protection, ofB, records } = nodes();
  witness.register("m", "a");
  let granted: boolean | undefined;
  engine.spawn("claim", b.owner, function* () {
    granted = yield* claimNextTerm(protection, ofB);
  });
  engine.run({ until: ms(5) });
  expect(granted).toBe(true);
  expect(records("term", "witness").map(({ kind, host, term }) => [kind, host, term])).toEqual([
    ["witness.registered", "a", 1],
    ["term.requested", "b", 2],
    ["witness.granted", "b", 2],
  ]);
});

test("peer: without a witness, on purpose, it is not asked and the term is taken at once", () => {
  const { engine, b, protection, ofB, records } = nodes({ noWitness: true });
  let granted: boolean | undefined;
  engine.spawn("claim", b.owner, function* () {
    granted = yield* claimNextTerm(protection, ofB);
  });
  engine.run({ until: us(1) });
  expect(granted).toBe(true);
  expect(records("term", "witness").map(({ kind }) => kind)).toEqual(["term.requested"]);
});
