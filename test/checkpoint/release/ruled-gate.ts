import { OutputGate } from "../../../src/checkpoint/output-gate.ts";
import { type AtCommitOptions, atCommit } from "../../../src/checkpoint/release/at-commit.ts";
import { Deferral } from "../../../src/checkpoint/release/deferral.ts";
import { gateRules } from "../../../src/checkpoint/release/gate-rules.ts";
import { decodePacket, encodePacket } from "../../../src/guest/packet.ts";
import { Network } from "../../../src/host/network.ts";
import { Engine } from "../../../src/sim/engine.ts";
import { MemorySink } from "../../../src/sim/memory-sink.ts";
import { Signal } from "../../../src/sim/signal.ts";
import { ms } from "../../../src/sim/time.ts";

/** Clients of a ruled gate, by what becomes of packets to them. */
export const CLIENT_OF = { hold: 1, defer: 2, bypass: 3 } as const;

/** Longest delay of what a ruled gate defers. */
export const MOST_DELAY_NS: number = ms(10);

const RULES = [
  gateRules.clients({ numbers: [CLIENT_OF.defer], verdict: "defer" }),
  gateRules.clients({ numbers: [CLIENT_OF.bypass], verdict: "bypass" }),
];

/** A gate with a client for each verdict, on a host of its own. */
export function ruledGate(
  send: (number: number) => void,
  { rules = RULES, mostDelayNs = MOST_DELAY_NS }: AtCommitOptions = {},
) {
  const engine = new Engine({ seed: 1 });
  const host = new Network(engine).addHost("a");
  const sink = new MemorySink();
  engine.trace.addSink(sink);
  const held = new Signal(engine, "held");
  const of = { machine: "m", held };
  const gate = new OutputGate({
    ...of,
    trace: engine.trace,
    host: "a",
    term: 1,
    send: (packet) => send(decodePacket(packet)!.number),
    release: atCommit({ rules, mostDelayNs }),
    deferral: new Deferral({ ...of, engine, host, mostDelayNs }),
  });
  return {
    engine,
    gate,
    held,
    records: () => sink.records.map(({ record }) => record),
    push: (verdict: keyof typeof CLIENT_OF, number: number, length = 0): void => {
      const payload = new Uint8Array(length);
      gate.push(encodePacket({ client: CLIENT_OF[verdict], number, payload }));
    },
    run: (forNs: number): void => {
      engine.run({ until: engine.now + forNs });
    },
  };
}
