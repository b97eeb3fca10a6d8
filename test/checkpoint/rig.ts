import { KeptEncoders } from "../../src/checkpoint/encode/kept-encoders.ts";
import { type CheckpointOptions, checkpointSettings } from "../../src/checkpoint/options.ts";
import { OutputGate } from "../../src/checkpoint/output-gate.ts";
import { StandByImage } from "../../src/checkpoint/stand-by-image.ts";
import { counter } from "../../src/guest/counter.ts";
import type { GuestImage } from "../../src/guest/guest.ts";
import { encodePacket } from "../../src/guest/packet.ts";
import type { HardwareProfile } from "../../src/host/hardware-profile.ts";
import type { Host } from "../../src/host/host.ts";
import { Network } from "../../src/host/network.ts";
import { modern } from "../../src/host/profiles/modern.ts";
import { ReliableStream } from "../../src/host/reliable-stream.ts";
import { VirtualMachine } from "../../src/host/virtual-machine.ts";
import { MemoryDigest } from "../../src/memory/memory-digest.ts";
import { Channel } from "../../src/sim/channel.ts";
import { Engine } from "../../src/sim/engine.ts";
import { MemorySink } from "../../src/sim/memory-sink.ts";
import { Signal } from "../../src/sim/signal.ts";

/** What a rig may be made of instead of a counter on hosts of the default profile. */
export interface RigParts {
  readonly image?: GuestImage;
  readonly profile?: HardwareProfile;
}

/** Two hosts with a machine each, running on `a` and standing by on `b`, and a stream between them. */
export function rig(options: CheckpointOptions = {}, parts: RigParts = {}) {
  const { image: guestImage = counter({ touchPages: 100 }), profile = modern } = parts;
  const engine = new Engine({ seed: 1 });
  const sink = new MemorySink();
  engine.trace.addSink(sink);
  const network = new Network(engine);
  const [a, b] = [network.addHost("a", { profile }), network.addHost("b", { profile })];
  network.connect(a, b);
  const sent: Uint8Array[] = [];
  const held = new Signal(engine, "held");
  const gate = new OutputGate({
    held,
    trace: engine.trace,
    machine: "m",
    host: "a",
    term: 1,
    send: (packet) => sent.push(packet),
  });
  const silent = new OutputGate({
    trace: engine.trace,
    machine: "m",
    host: "b",
    term: 1,
    send: () => {
      throw new Error("the stand-by's card sends nothing");
    },
  });
  const machine = (host: Host) => {
    const inbox = new Channel<Uint8Array>(engine, `inbox ${host.name}`, { capacity: 64 });
    const vm = new VirtualMachine({
      engine,
      name: "m",
      host,
      image: guestImage,
      inbox,
      transmit: (packet) => gate.push(packet),
    });
    return { vm, inbox, digest: new MemoryDigest(vm.guest.memory) };
  };
  const [running, standing] = [machine(a), machine(b)];
  const stream = (host: Host, peer: string, port = "m") =>
    new ReliableStream({ engine, network, host, peer, port });
  const image = new StandByImage(b, standing.vm.guest);
  const streams = { a: stream(a, "b"), b: stream(b, "a") };
  const settings = checkpointSettings(options);
  const lanes = Array.from({ length: settings.transfer.streams - 1 }, (_, lane) => ({
    a: stream(a, "b", `m stream ${lane + 1}`),
    b: stream(b, "a", `m stream ${lane + 1}`),
  }));
  let number = 0;
  return {
    engine,
    a,
    b,
    gate,
    sent,
    running,
    image,
    streams,
    /** Streams beside the first one. */
    lanes,
    settings,
    primary: {
      engine,
      host: a,
      term: 1,
      vm: running.vm,
      gate,
      stream: streams.a,
      moreStreams: lanes.map((lane) => lane.a),
      digest: running.digest,
      encoders: new KeptEncoders(),
      held,
      requested: new Signal(engine, "requested"),
    },
    secondary: {
      engine,
      host: b,
      machine: "m",
      term: 1,
      vm: standing.vm,
      image,
      inbox: standing.inbox,
      gate: silent,
      stream: streams.b,
      digest: standing.digest,
    },
    /** Both ends of one more stream. */
    anotherStream: (port: string) => ({ a: stream(a, "b", port), b: stream(b, "a", port) }),
    /** Sends the running machine one more request: for a page machine, the pages to write. */
    request(...payload: readonly number[]): void {
      number += 1;
      running.inbox.send(encodePacket({ client: 1, number, payload: new Uint8Array(payload) }));
    },
    /** Kinds of all records about checkpoints so far, those of links left out. */
    kinds(): string[] {
      return sink.records
        .map(({ record }) => record.kind)
        .filter((kind) => !/^(link|stream|host)/.test(kind));
    },
    records: () => sink.records.map(({ record }) => record),
    /** When the newest record of this kind was made. */
    lastNs: (kind: string): number =>
      sink.records.findLast(({ record }) => record.kind === kind)?.atNs ?? Number.NaN,
  };
}
