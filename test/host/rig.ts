import type { Host } from "../../src/host/host.ts";
import type { Link } from "../../src/host/link.ts";
import type { LinkOptions } from "../../src/host/link-options.ts";
import { Network } from "../../src/host/network.ts";
import type { HostRecord } from "../../src/host/records.ts";
import { ReliableStream } from "../../src/host/reliable-stream.ts";
import { Engine } from "../../src/sim/engine.ts";
import { us } from "../../src/sim/time.ts";
import type { TraceRecord } from "../../src/sim/trace.ts";

/** A record with the time at which it was emitted. */
export type Happening = { readonly atNs: number } & HostRecord;

/** Two hosts, `a` and `b`, with a link of 50 us and 8 Gbit/s (a byte takes a nanosecond). */
export interface Rig {
  readonly engine: Engine;
  readonly network: Network;
  readonly a: Host;
  readonly b: Host;
  readonly link: Link;
  /** All records so far. */
  readonly happened: readonly Happening[];
  /** Records of some kinds, without their time. */
  readonly of: (...kinds: HostRecord["kind"][]) => TraceRecord[];
  readonly count: (...kinds: HostRecord["kind"][]) => number;
}

export function twoHosts(options: LinkOptions = {}, seed = 1): Rig {
  const engine = new Engine({ seed });
  const happened: Happening[] = [];
  engine.trace.addSink({
    record: (atNs, _position, record) => happened.push({ atNs, ...(record as HostRecord) }),
  });
  const network = new Network(engine);
  const a = network.addHost("a");
  const b = network.addHost("b");
  const link = network.connect(a, b, { latency: us(50), bandwidth: 8_000_000_000, ...options });
  const of = (...kinds: HostRecord["kind"][]): TraceRecord[] =>
    happened
      .filter(({ kind }) => kinds.includes(kind))
      .map(({ atNs: _, ...record }) => record as TraceRecord);
  const count = (...kinds: HostRecord["kind"][]): number => of(...kinds).length;
  return { engine, network, a, b, link, happened, of, count };
}

/** One end of a stream on port `s`. */
export function openStream(
  { engine, network }: Rig,
  host: Host,
  peer: string,
  windowBytes?: number,
): ReliableStream {
  const window = windowBytes === undefined ? {} : { windowBytes };
  return new ReliableStream({ engine, network, host, peer, port: "s", ...window });
}

/** What arrived where, with the time. */
export interface Arrival {
  readonly atNs: number;
  readonly text: string;
}

/** Opens a port and notes what arrives. */
export function collect({ engine }: Rig, host: Host, port: string): Arrival[] {
  const arrivals: Arrival[] = [];
  const inbox = host.open(port);
  engine.spawn(`collect ${port}`, host.owner, function* () {
    for (;;) {
      const { bytes } = yield* inbox.receive();
      arrivals.push({ atNs: engine.now, text: textOf(bytes) });
    }
  });
  return arrivals;
}

export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
