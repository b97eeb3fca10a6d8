import { RandomStream } from "../../../../../src/sim/random.ts";
import type { DriverQueue, Piece } from "./driver.ts";
import { type BlockMachine, BUFFERS, DISK_SECTORS, LATENCY, type NetMachine } from "./machine.ts";

/** Descriptors of the queues: more requests fit than a disk has slots. */
const QUEUE_SIZE = 128;
const OUTSTANDING_MAX = 25;
const AREA_BYTES = 6_144;

/** One thing that a guest or the world does; what it does depends on its number and nothing else. */
export type Step = number;

/** A machine with its guest, both of which can be copied. */
export interface Life {
  readonly machine: NetMachine | BlockMachine;
  /** Does one thing; returns what can be seen of it. */
  step(step: Step): string;
  /** Takes over all that the guest remembers apart from its memory. */
  remember(other: Life): void;
}

/** Steps for a life. */
export function drawSteps(seed: number, count: number): Step[] {
  const random = new RandomStream(seed, "steps of a device");
  return Array.from({ length: count }, () => random.u32());
}

/** A guest that keeps a disk busy: reads, writes, flushes, mistakes, resets. */
export class DiskLife implements Life {
  readonly machine: BlockMachine;
  #queue: DriverQueue;
  #asked = 0;
  #answered = 0;

  constructor(machine: BlockMachine) {
    this.machine = machine;
    this.#queue = machine.start(QUEUE_SIZE);
  }

  remember(other: DiskLife): void {
    this.#queue = other.#queue.in(this.machine.memory);
    this.#asked = other.#asked;
    this.#answered = other.#answered;
  }

  step(step: Step): string {
    const random = new RandomStream(step, "step of a disk");
    const kind = random.below(40);
    const used = this.#queue.takeUsed();
    this.#answered += used.length;
    if (kind < 25) this.#ask(random);
    else if (kind < 28) this.machine.driver.write(0x064, 3);
    else if (kind < 39) this.machine.pass(random.below(LATENCY));
    else if (random.below(4) === 0) this.#restart();
    const back = used.map(({ head, length }) => `${head}:${length}`).join(" ");
    return `${this.machine.ticks} ${this.machine.line} ${this.machine.mmio.nextTick} ${back}`;
  }

  #ask(random: RandomStream): void {
    const { machine } = this;
    if (this.#asked - this.#answered >= OUTSTANDING_MAX) return;
    const area = BUFFERS + AREA_BYTES * (this.#asked % (OUTSTANDING_MAX + 1));
    this.#asked += 1;
    const type = random.pick([0, 0, 0, 1, 1, 1, 1, 4, 8, 3]);
    machine.header(area, type, random.below(DISK_SECTORS + 2));
    const data: Piece[] = [];
    for (let piece = random.below(3); piece >= 0; piece -= 1) {
      const length = 512 * random.between(1, 3);
      const address = area + 512 + 1_536 * piece;
      if (type === 1) machine.memory.write(address, random.bytes(length));
      data.push({ address, length, write: type !== 1 });
    }
    const header = { address: area, length: 16 };
    this.#queue.offer([header, ...data, { address: area + 16, length: 1, write: true }]);
    machine.driver.notify(0);
  }

  #restart(): void {
    this.machine.driver.write(0x070, 0);
    this.machine.memory.write(this.#queue.table, new Uint8Array(8_192));
    this.#queue = this.machine.start(QUEUE_SIZE);
    this.#asked = 0;
    this.#answered = 0;
  }
}

/** A guest that sends and receives. */
export class CardLife implements Life {
  readonly machine: NetMachine;
  #receive: DriverQueue;
  #transmit: DriverQueue;
  #offered = 0;
  #sent = 0;

  constructor(machine: NetMachine) {
    this.machine = machine;
    ({ receive: this.#receive, transmit: this.#transmit } = machine.start(QUEUE_SIZE));
  }

  remember(other: CardLife): void {
    this.#receive = other.#receive.in(this.machine.memory);
    this.#transmit = other.#transmit.in(this.machine.memory);
    this.#offered = other.#offered;
    this.#sent = other.#sent;
  }

  step(step: Step): string {
    const { machine } = this;
    const random = new RandomStream(step, "step of a card");
    const kind = random.below(10);
    let seen = "";
    if (kind < 3) seen = `${machine.device.receive(random.bytes(random.between(14, 1_518)))}`;
    else if (kind < 6) this.#offer(random);
    else if (kind < 9) this.#send(random);
    else machine.driver.write(0x064, random.below(4));
    const used = [...this.#receive.takeUsed(), ...this.#transmit.takeUsed()];
    seen += used.map(({ head, length }) => ` ${head}:${length}`).join("");
    return `${machine.line} ${machine.frames.length} ${machine.device.wantsFrame} ${seen}`;
  }

  #offer(random: RandomStream): void {
    // 32 buffers of two pieces are the guest's as long as the card does not write into them
    if (this.#offered - this.machine.memory.load16(this.#receive.used + 2) >= 32) return;
    const address = BUFFERS + 2_048 * (this.#offered % 32);
    this.#offered += 1;
    const first = random.between(1, 1_000);
    this.#receive.offer([
      { address, length: first, write: true },
      { address: address + first, length: 1_530 - first, write: true },
    ]);
    this.machine.driver.notify(0);
  }

  #send(random: RandomStream): void {
    const address = BUFFERS + 2_048 * (64 + (this.#sent % 16));
    this.#sent += 1;
    const bytes = random.bytes(12 + random.between(14, 1_518));
    this.machine.memory.write(address, bytes);
    const first = random.between(1, bytes.length - 1);
    this.#transmit.offer([
      { address, length: first },
      { address: address + first, length: bytes.length - first },
    ]);
    if (random.below(3) > 0) this.machine.driver.notify(1);
  }
}
