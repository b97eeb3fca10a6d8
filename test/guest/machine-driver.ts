import { copyGuest } from "../../src/guest/copy-guest.ts";
import type { Guest, GuestImage, GuestServices } from "../../src/guest/guest.ts";
import { decodePacket, encodePacket, type Packet } from "../../src/guest/packet.ts";
import { RandomStream } from "../../src/sim/random.ts";

/** A guest, and what it sent; its clock and randomness are the same for every driver. */
export class MachineDriver {
  readonly guest: Guest;
  readonly sent: Packet[] = [];

  constructor(image: GuestImage) {
    const services: GuestServices = {
      now: () => 1_000,
      random32: () => 7,
      transmit: (packet) => {
        const decoded = decodePacket(packet);
        if (decoded === undefined) throw new Error("a guest sends packets");
        this.sent.push(decoded);
      },
    };
    this.guest = image.create(services);
  }

  /** Delivers a request and runs until the machine is idle; returns what it sent meanwhile. */
  ask(client: number, number: number, payload: Uint8Array = new Uint8Array(0)): Packet[] {
    const before = this.sent.length;
    this.guest.deliver(encodePacket({ client, number, payload }));
    this.runUntilIdle();
    return this.sent.slice(before);
  }

  /** As {@link MachineDriver.ask}, for a request with one reply, whose payload is returned. */
  answerTo(client: number, number: number, payload?: Uint8Array): Uint8Array {
    const replies = this.ask(client, number, payload);
    if (replies.length !== 1) throw new Error(`one reply expected, got ${replies.length}`);
    return replies[0]!.payload;
  }

  runUntilIdle(): void {
    for (let runs = 0; runs < 10_000; runs += 1) {
      if (this.guest.run(100_000).boundary === "idle") return;
    }
    throw new Error("the machine does not become idle");
  }
}

/** One thing that happens to a machine. */
export type Step = { readonly deliver: Uint8Array } | { readonly budgetNs: number };

/**
 * Steps that make some clients' requests arrive between runs with small budgets, retries among them,
 * and end with a machine that has done everything.
 */
export function drawSteps(
  image: GuestImage,
  random: RandomStream,
  count: number,
  budgetMaxNs: number,
): Step[] {
  const clients = [3, 67, 1_000_000].map((client) => ({
    client,
    workload: image.workload(client, random),
  }));
  const asked = clients.map((): { number: number; packet: Uint8Array } => ({
    number: 0,
    packet: new Uint8Array(0),
  }));
  const steps: Step[] = [];
  for (let made = 0; made < count; made += 1) {
    if (random.below(3) === 0) {
      const index = random.below(clients.length);
      const { client, workload } = clients[index]!;
      const last = asked[index]!;
      if (last.number === 0 || random.below(5) > 0) {
        last.number += 1;
        const payload = workload.request(last.number);
        last.packet = encodePacket({ client, number: last.number, payload });
      }
      steps.push({ deliver: last.packet });
    } else steps.push({ budgetNs: random.between(1, budgetMaxNs) });
  }
  steps.push({ budgetNs: 1_000_000_000 });
  return steps;
}

/** Plays steps; returns what each run came to, and how many packets had been sent after it. */
export function play(machine: MachineDriver, steps: readonly Step[]): string[] {
  return steps.map((step) => {
    if ("deliver" in step) {
      machine.guest.deliver(step.deliver);
      return "delivered";
    }
    const { usedNs, boundary } = machine.guest.run(step.budgetNs);
    return `${usedNs} ns, ${boundary}, ${machine.sent.length} sent`;
  });
}

/** Everything by which two machines can differ: each page that is not zero, and the registers. */
export function stateOf(guest: Guest): Map<string, string> {
  const state = new Map<string, string>();
  for (const { basePage, pageCount, backing } of guest.memory.regions) {
    for (let page = basePage; page < basePage + pageCount; page += 1) {
      if (!backing.isTouched(page - basePage)) continue;
      const bytes = guest.memory.page(page);
      if (bytes.some((byte) => byte !== 0))
        state.set(`page ${page}`, Buffer.from(bytes).toString("base64"));
    }
  }
  state.set("registers", Buffer.from(guest.saveRegisters()).toString("hex"));
  return state;
}

/** How a checkpoint gets from one machine into another. */
export type Transfer = (source: Guest, target: Guest) => void;

/** What a continuation came to, to compare. */
export interface Continuation {
  /** What each run came to. */
  readonly runs: readonly string[];
  readonly sent: readonly Packet[];
  readonly state: ReadonlyMap<string, string>;
}

/**
 * Runs a machine, stops it at a random step, transfers its state into a second one that had a life of its
 * own, and continues both in the same way.
 */
export function continueTwice(
  image: GuestImage,
  seed: number,
  options: { readonly steps?: number; readonly budgetMaxNs?: number; readonly transfer?: Transfer },
): { readonly original: Continuation; readonly second: Continuation } {
  const random = new RandomStream(seed, "steps");
  const { steps: count = 120, budgetMaxNs = 15_000, transfer = copyGuest } = options;
  const steps = drawSteps(image, random, count, budgetMaxNs);
  const stop = random.below(steps.length);
  const original = new MachineDriver(image);
  play(original, steps.slice(0, stop));
  original.sent.length = 0;
  const second = new MachineDriver(image);
  play(second, drawSteps(image, new RandomStream(seed, "another life"), 20, budgetMaxNs));
  second.sent.length = 0;
  transfer(original.guest, second.guest);
  const finish = (machine: MachineDriver): Continuation => ({
    runs: play(machine, steps.slice(stop)),
    sent: machine.sent,
    state: stateOf(machine.guest),
  });
  return { original: finish(original), second: finish(second) };
}
