import type { GuestImage } from "../../src/guest/guest.ts";
import { encodePacket } from "../../src/guest/packet.ts";
import type { Host } from "../../src/host/host.ts";
import { Network } from "../../src/host/network.ts";
import { VirtualMachine } from "../../src/host/virtual-machine.ts";
import { decodeLogMessage } from "../../src/lockstep/decode-log-message.ts";
import type { DiskReads } from "../../src/lockstep/disk-reads.ts";
import { encodeLogMessage } from "../../src/lockstep/encode-log-message.ts";
import type { StretchEntry } from "../../src/lockstep/log-entry.ts";
import { Recorder, type RecorderDefects } from "../../src/lockstep/recorder.ts";
import { Replayer, type ReplayerDefects } from "../../src/lockstep/replayer.ts";
import { MemoryDigest } from "../../src/memory/memory-digest.ts";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { Channel } from "../../src/sim/channel.ts";
import { Engine } from "../../src/sim/engine.ts";
import { xxh32 } from "../../src/sim/hash.ts";
import { ms, us } from "../../src/sim/time.ts";

/** What a recorded machine did: its entries, and what it and its memory were at the end of each. */
export interface Recording {
  readonly entries: readonly StretchEntry[];
  readonly states: readonly string[];
  readonly sent: readonly Uint8Array[];
}

function machineOn(engine: Engine, host: Host, image: GuestImage) {
  const inbox = new Channel<Uint8Array>(engine, `inbox ${host.name}`, { capacity: 4_096 });
  const sent: Uint8Array[] = [];
  const transmit = (packet: Uint8Array) => void sent.push(packet);
  const vm = new VirtualMachine({ engine, name: "m", host, image, inbox, transmit });
  const digest = new MemoryDigest(vm.guest.memory);
  const registers = () => xxh32(vm.guest.saveRegisters());
  const state = () => `${digest.digest()} ${registers()}`;
  const [first] = vm.guest.memory.regions;
  /** Without its disk. */
  const stateInside = () => {
    const { basePage, pageCount } = first!;
    const ram = vm.guest.memory.dmaRead(basePage * PAGE_SIZE, pageCount * PAGE_SIZE);
    return `${xxh32(ram)} ${registers()}`;
  };
  return { vm, inbox, sent, state, stateInside };
}

/** What a machine's disk is to a rig. */
export interface ReplayRigOptions {
  /** Default `own`. */
  readonly diskReads?: DiskReads;
  /** Whether the disks are to be the same, too, or else the first region of the memory alone. Default true. */
  readonly isDiskLookedAt?: boolean;
}

/** A machine on host `a` that is recorded from its first stretch, and one on `b`, with another clock. */
export function replayRig(
  image: GuestImage,
  broken: RecorderDefects & ReplayerDefects = {},
  { diskReads = "own", isDiskLookedAt = true }: ReplayRigOptions = {},
) {
  const engine = new Engine({ seed: 5 });
  const network = new Network(engine);
  const [a, b] = [network.addHost("a"), network.addHost("b")];
  b.clock.setOffset(-ms(7));
  const running = machineOn(engine, a, image);
  const standing = machineOn(engine, b, image);
  const stateOf = ({ state, stateInside }: typeof running) =>
    isDiskLookedAt ? state() : stateInside();
  const entries: StretchEntry[] = [];
  const states: string[] = [];
  const take = (entry: StretchEntry) => {
    entries.push(entry);
    states.push(stateOf(running));
  };
  const { guest } = running.vm;
  running.vm.setTap(new Recorder({ guest, take, diskReads, exit: () => undefined, broken }));
  const workload = image.workload(1, engine.random("workload"));
  return {
    engine,
    running,
    standing,
    /** Runs the first machine for a while, with so many requests, the first one after `thinkNs`. */
    record(requests: number, thinkNs = us(130), untilNs = ms(200)): Recording {
      for (let number = 1; number <= requests; number += 1) {
        const packet = encodePacket({ client: 1, number, payload: workload.request(number) });
        engine.at(number * thinkNs, () => void running.inbox.send(packet));
      }
      running.vm.start();
      engine.run({ until: untilNs });
      return { entries, states, sent: running.sent };
    },
    /** Replays entries on the second one, each by way of its bytes; what differs first, if anything. */
    replay({ entries: given, states: expected }: Recording) {
      const replayer = new Replayer(standing.vm, { diskReads, broken });
      const sent: Uint8Array[] = [];
      for (const [index, entry] of given.entries()) {
        const bytes = encodeLogMessage({
          ...{ type: "batch", term: 1, first: index + 1, released: 0 },
          entries: [entry],
        });
        const batch = decodeLogMessage(bytes);
        const received = batch?.type === "batch" ? batch.entries[0] : undefined;
        if (received?.type !== "stretch") throw new Error("an entry survives its bytes");
        const replayed = replayer.replay(received);
        sent.push(...replayed.sent);
        if (replayed.divergence !== undefined) return { index, why: replayed.divergence, sent };
        if (stateOf(standing) !== expected[index]) return { index, why: "memory", sent };
      }
      return { index: given.length, why: undefined, sent };
    },
  };
}
