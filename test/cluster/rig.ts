import { detectionSettings } from "../../src/cluster/heartbeat.ts";
import { ProtectedMachine } from "../../src/cluster/protected-machine.ts";
import type { ClusterDefects } from "../../src/cluster/protection.ts";
import type { Scheme } from "../../src/cluster/scheme.ts";
import { Witness } from "../../src/cluster/witness.ts";
import { counter } from "../../src/guest/counter.ts";
import { encodePacket } from "../../src/guest/packet.ts";
import { ClientNetwork } from "../../src/host/client-network.ts";
import type { Host } from "../../src/host/host.ts";
import { Network } from "../../src/host/network.ts";
import { checkpoint } from "../../src/schemes/checkpoint.ts";
import { Engine } from "../../src/sim/engine.ts";
import { MemorySink } from "../../src/sim/memory-sink.ts";
import { sleep } from "../../src/sim/process.ts";
import { ms } from "../../src/sim/time.ts";
import type { TraceRecord } from "../../src/sim/trace.ts";

/** What a test may change of the pair. */
export interface PairOptions {
  readonly scheme?: Scheme;
  readonly broken?: ClusterDefects;
  /** Name of the host that stands by. Default b. */
  readonly secondary?: string;
}

/** Both detection times are short, so that a whole life takes a few milliseconds. */
export const DETECTION = detectionSettings({ heartbeat: ms(1), timeout: ms(5) });

/** A scheme that does nothing; parts of it are replaced by those that a test is about. */
export function idleScheme(parts: Partial<Scheme> = {}): Scheme {
  const forever = ms(1_000_000);
  return {
    name: "idle",
    primary: () => ({
      *run() {
        yield* sleep(forever);
        return "refused";
      },
    }),
    secondary: () => ({
      *run() {
        for (;;) yield* sleep(forever);
      },
      *settle() {
        // Nothing was received.
      },
    }),
    ...parts,
  };
}

/** Hosts a, b and c with a witness on w, all linked; what they say is kept. */
export function hosts() {
  const engine = new Engine({ seed: 1 });
  const sink = new MemorySink();
  engine.trace.addSink(sink);
  const network = new Network(engine);
  const [a, b, c, w] = ["a", "b", "c", "w"].map((name) => network.addHost(name)) as [
    Host,
    Host,
    Host,
    Host,
  ];
  for (const [one, other] of [
    [a, b],
    [a, c],
    [b, c],
    [a, w],
    [b, w],
    [c, w],
  ] as const) {
    network.connect(one, other);
  }
  return {
    engine,
    network,
    a,
    b,
    c,
    w,
    clients: new ClientNetwork(engine),
    witness: new Witness(engine, network, w),
    /** Records so far whose kind begins with one of these words. */
    records: (...beginnings: readonly string[]): TraceRecord[] =>
      sink.records
        .map(({ record }) => record)
        .filter(({ kind }) => beginnings.some((beginning) => kind.startsWith(beginning))),
  };
}

const CLUSTER_KINDS = ["witness", "protection", "failure", "term", "machine", "stand-by"];

/** A small counter `m` that runs on host a, protected by another host. */
export function pair(options: PairOptions = {}) {
  const { scheme = checkpoint({ interval: ms(2) }), broken = {}, secondary = "b" } = options;
  const on = hosts();
  const { engine, network, clients, a, witness } = on;
  const shared = { engine, network, clients, machine: "m", witness: "w" };
  const machine = new ProtectedMachine({
    protection: { ...shared, scheme, detection: DETECTION, broken },
    image: counter({ memoryBytes: 64 * 1024, touchPages: 2 }),
    primary: a,
    secondary: network.host(secondary),
    witness,
  });
  const endpoint = clients.endpoint(1);
  let number = 0;
  return {
    ...on,
    machine,
    endpoint,
    run(forNs: number): void {
      engine.run({ until: engine.now + forNs });
    },
    /** Sends the machine one more request. */
    request(): void {
      number += 1;
      endpoint.send("m", encodePacket({ client: 1, number, payload: new Uint8Array(0) }));
    },
    /** What was said of the machine's life so far, in order. */
    life: () => on.records(...CLUSTER_KINDS, "failover"),
    /** Calls `act` once, at the first record of this kind. */
    when(kind: string, act: () => void): void {
      let done = false;
      engine.trace.addSink({
        record(_atNs, _position, record) {
          if (done || record.kind !== kind) return;
          done = true;
          act();
        },
      });
    },
  };
}
