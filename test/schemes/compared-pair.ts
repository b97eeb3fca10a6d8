import type { Scheme } from "../../src/cluster/scheme.ts";
import { type CounterOptions, counter } from "../../src/guest/counter.ts";
import type { Guest, GuestImage } from "../../src/guest/guest.ts";
import { keyValue } from "../../src/guest/key-value.ts";
import { decodePacket, encodePacket } from "../../src/guest/packet.ts";
import { PROGRAM_AREA_ADDRESS } from "../../src/guest/program-guest.ts";
import type { HardwareProfile } from "../../src/host/hardware-profile.ts";
import type { LinkOptions } from "../../src/host/link-options.ts";
import { modern } from "../../src/host/profiles/modern.ts";
import type { CompareRecord } from "../../src/lockstep/compare/records.ts";
import { MemorySink } from "../../src/sim/memory-sink.ts";
import { ms, seconds, us } from "../../src/sim/time.ts";
import { Simulation } from "../../src/simulation/simulation.ts";
import { OneCopy } from "../../src/verify/one-copy.ts";
import type { StandinRecord } from "../../src/verify/standin-record.ts";

/** What a test may choose of a compared pair. */
export interface ComparedPairOptions {
  readonly scheme: Scheme;
  readonly image?: GuestImage;
  readonly seed?: number;
  readonly link?: LinkOptions;
  readonly requests?: number;
  readonly think?: number;
  readonly clients?: number;
  /** Requests of a client under way. Default the client's. */
  readonly window?: number;
  readonly profile?: HardwareProfile;
}

/** A machine on host a whose stand-by on host b runs, too; what it says is kept. */
export function comparedPair(options: ComparedPairOptions) {
  const { scheme, image = keyValue({ serviceNs: us(150) }), seed = 1, link = {} } = options;
  const { requests = 100, think = ms(2), clients = 2, profile = modern } = options;
  const window = options.window === undefined ? {} : { window: options.window };
  const sim = new Simulation({ seed, profile, onViolation: "record" });
  const [oneCopy, sink] = [new OneCopy(), new MemorySink()];
  sim.trace.addSink(oneCopy);
  sim.trace.addSink(sink);
  const counts = new Map<string, number>();
  let latencyNs = 0;
  sim.trace.addSink({
    record(_atNs, _position, record) {
      counts.set(record.kind, (counts.get(record.kind) ?? 0) + 1);
      if (record.kind === "request.acknowledged") latencyNs += record["latencyNs"] as number;
    },
  });
  const { a, b } = sim.hosts(["a", "b"], { latency: us(50), ...link });
  const machine = sim.protect(image, { name: "m", primary: a, secondary: b, scheme });
  const made = Array.from({ length: clients }, () =>
    sim.client(machine, { requests, think, ...window }),
  );
  return {
    ...{ sim, a, b, machine, image, oneCopy, clients: made },
    run: (untilNs: number = seconds(2)) => sim.run({ until: untilNs }),
    /** How many records of this kind there are. */
    count: (kind: StandinRecord["kind"]): number => counts.get(kind) ?? 0,
    /** Records of this kind, of the last ones. */
    records: (kind: (StandinRecord | CompareRecord)["kind"]) =>
      sink.records.filter(({ record }) => record.kind === kind).map(({ record }) => record),
    /** How long clients waited for replies. */
    meanLatencyNs(): number {
      return latencyNs / (counts.get("request.acknowledged") ?? 0);
    },
    /** Calls `act` once, at the first record of this kind after so many. */
    when(kind: string, nth: number, act: () => void): void {
      let count = 0;
      sim.trace.addSink({
        record(_atNs, _position, record) {
          if (record.kind !== kind) return;
          count += 1;
          if (count === nth) act();
        },
      });
    },
  };
}

/** What went wrong for clients and checks, if anything, in one line each. */
export function wrongs(pair: ReturnType<typeof comparedPair>, comparesCopies = true): string[] {
  const { sim, clients, machine, image, oneCopy } = pair;
  const found = sim.violations.map(({ name, detail }) => `${name}: ${detail}`);
  for (const { name, acknowledged, requests, lost, duplicated } of clients) {
    if (acknowledged !== requests) found.push(`${name} has ${acknowledged} of ${requests} replies`);
    if (lost.length > 0) found.push(`${name} lost ${lost.join(", ")}`);
    if (duplicated.length > 0) found.push(`${name} has ${duplicated.join(", ")} twice`);
  }
  const host = machine.activeHost?.name;
  const difference =
    comparesCopies && host !== undefined
      ? oneCopy.difference(image, machine.name, host, clients)
      : undefined;
  return difference === undefined ? found : [...found, difference];
}

/**
 * A counter whose replies end with random bits of the machine's own, which it also remembers: two of them
 * given the same requests never say the same.
 */
export function moody(of: number = 1, pages: CounterOptions = { touchPages: 8 }): GuestImage {
  const image = counter({ serviceNs: us(150), ...pages });
  return {
    ...image,
    name: "moody",
    create(services): Guest {
      const guest: Guest = image.create({
        now: () => services.now(),
        random32: () => services.random32(),
        transmit(packet) {
          const { client, number, payload } = decodePacket(packet)!;
          const mood = services.random32();
          guest.memory.store32(PROGRAM_AREA_ADDRESS + 1_000, mood);
          const shown = new Uint8Array(payload.length + 4);
          shown.set(payload);
          if (mood % of === 0) new DataView(shown.buffer).setUint32(payload.length, mood, true);
          services.transmit(encodePacket({ client, number, payload: shown }));
        },
      });
      return guest;
    },
  };
}
