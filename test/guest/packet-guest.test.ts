// covers src/guest/packet-guest.ts, src/guest/guest-panic.ts, src/guest/memory-fault.ts
import { beforeEach, expect, test } from "vitest";
import type { GuestServices } from "../../src/guest/guest.ts";
import { GuestPanic } from "../../src/guest/guest-panic.ts";
import { isMemoryFault } from "../../src/guest/memory-fault.ts";
import { PacketGuest } from "../../src/guest/packet-guest.ts";
import { RECEIVE_RING_CAPACITY, ReceiveRing } from "../../src/guest/receive-ring.ts";
import { Memory } from "../../src/memory/memory.ts";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { SparseBacking } from "../../src/memory/sparse-backing.ts";
import { StandinRangeError } from "../../src/sim/errors.ts";

/** Takes 100 ns for each byte of a packet; 0xff panics, 0xfe faults, 0xfd is a defect. */
class Echo extends PacketGuest {
  readonly memory = new Memory();
  protected readonly ring: ReceiveRing;
  own = Uint8Array.of(1, 2);

  constructor(services: GuestServices) {
    super(services);
    const backing = new SparseBacking(5);
    this.memory.addRegion({ name: "ram", basePage: 0, backing, stores: "seen" });
    this.ring = new ReceiveRing(this.memory, 0, PAGE_SIZE);
  }

  protected costNs(packet: Uint8Array): number {
    return 100 * packet.length;
  }

  protected serve(packet: Uint8Array): void {
    if (packet[0] === 0xff) throw new GuestPanic("asked to");
    if (packet[0] === 0xfe) this.memory.load8(1 << 30);
    if (packet[0] === 0xfd) throw new TypeError("a defect");
    this.services.transmit(packet);
  }

  protected isFault(thrown: unknown): boolean {
    return isMemoryFault(thrown);
  }

  protected saveOwnRegisters(): Uint8Array {
    return this.own.slice();
  }

  protected checkOwnRegisters(bytes: Uint8Array): void {
    if (bytes.length !== 2) throw new StandinRangeError("GUEST_REGISTERS", "expected two bytes");
  }

  protected loadOwnRegisters(bytes: Uint8Array): void {
    this.own = bytes.slice();
  }
}

let sent: Uint8Array[];
let guest: Echo;

const boot = (): Echo =>
  new Echo({ now: () => 0, random32: () => 0, transmit: (packet) => sent.push(packet) });

beforeEach(() => {
  sent = [];
  guest = boot();
});

test("packet guest: without input it is idle and uses no time", () => {
  expect(guest.run(1_000)).toEqual({ usedNs: 0, boundary: "idle" });
});

test("packet guest: a packet is worked on over several budgets and answered at the end", () => {
  guest.deliver(Uint8Array.of(1, 2, 3));
  expect(guest.run(120)).toEqual({ usedNs: 120, boundary: "budget" });
  expect(guest.run(179)).toEqual({ usedNs: 179, boundary: "budget" });
  expect(sent).toEqual([]);
  expect(guest.run(1_000)).toEqual({ usedNs: 1, boundary: "idle" });
  expect(sent).toEqual([Uint8Array.of(1, 2, 3)]);
});

test("packet guest: a budget that ends with the work is idle, unless more is waiting", () => {
  guest.deliver(Uint8Array.of(1));
  expect(guest.run(100)).toEqual({ usedNs: 100, boundary: "idle" });
  guest.deliver(Uint8Array.of(1));
  guest.deliver(Uint8Array.of(2));
  expect(guest.run(100)).toEqual({ usedNs: 100, boundary: "budget" });
  expect(guest.run(250)).toEqual({ usedNs: 100, boundary: "idle" });
  expect(sent).toHaveLength(3);
});

test("packet guest: packets that arrive during work wait, and too many are dropped", () => {
  for (let index = 0; index < RECEIVE_RING_CAPACITY + 2; index += 1) {
    guest.deliver(Uint8Array.of(index));
    guest.run(1);
  }
  guest.run(1_000_000);
  expect(sent.map((packet) => packet[0])).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test("packet guest: registers say how much work is missing", () => {
  guest.deliver(Uint8Array.of(5, 5));
  guest.run(50);
  const registers = guest.saveRegisters();
  guest.run(10);
  guest.own = Uint8Array.of(9, 9);
  guest.loadRegisters(registers);
  expect(guest.saveRegisters()).toEqual(registers);
  expect(guest.own).toEqual(Uint8Array.of(1, 2));
  expect(guest.run(1_000).usedNs).toBe(150);
});

test("packet guest: malformed registers are refused and change nothing", () => {
  guest.deliver(Uint8Array.of(5, 5));
  guest.run(50);
  const good = guest.saveRegisters();
  const bad: Uint8Array[] = [new Uint8Array(0), good.subarray(0, 23), Uint8Array.of(...good, 0)];
  // magic, phase, reserved, remaining time beyond an hour, none left, length of the rest, reserved
  const changes = [
    [0, 1],
    [4, 3],
    [5, 1],
    [7, 1],
    [13, 9],
    [16, 3],
    [20, 1],
  ] as const;
  for (const [offset, value] of changes) {
    const changed = good.slice();
    changed[offset] = value;
    bad.push(changed);
  }
  const nothingLeft = good.slice();
  nothingLeft.fill(0, 8, 16);
  const idleWithWork = good.slice();
  idleWithWork[4] = 0;
  for (const bytes of [...bad, nothingLeft, idleWithWork]) {
    expect(() => guest.loadRegisters(bytes)).toThrow(RangeError);
    expect(guest.saveRegisters()).toEqual(good);
  }
  guest.loadRegisters(good);
});

test("packet guest: a panic stops the machine for good, and it is idle", () => {
  guest.deliver(Uint8Array.of(0xff));
  guest.deliver(Uint8Array.of(1));
  expect(guest.panic).toBeUndefined();
  expect(guest.run(1_000)).toEqual({ usedNs: 100, boundary: "idle" });
  expect(guest.panic).toBe("asked to");
  expect(guest.run(1_000)).toEqual({ usedNs: 0, boundary: "idle" });
  for (let index = 0; index < 20; index += 1) guest.deliver(Uint8Array.of(1));
  expect(sent).toEqual([]);
});

test("packet guest: having stopped is part of the registers, and can be undone by loading others", () => {
  const healthy = guest.saveRegisters();
  guest.deliver(Uint8Array.of(0xfe));
  guest.run(1_000);
  expect(guest.panic).toContain("address");
  const stopped = boot();
  stopped.loadRegisters(guest.saveRegisters());
  expect(stopped.panic).toContain("before its registers were loaded");
  stopped.loadRegisters(healthy);
  expect(stopped.panic).toBeUndefined();
});

test("packet guest: a vanished packet is a panic, a defect of the adapter comes out", () => {
  guest.deliver(Uint8Array.of(1));
  guest.run(50);
  guest.memory.zeroPage(1);
  guest.run(50);
  expect(guest.panic).toContain("vanished");
  const other = boot();
  other.deliver(Uint8Array.of(0xfd));
  expect(() => other.run(1_000)).toThrow(TypeError);
});

test("packet guest: a budget is a positive integer", () => {
  for (const bad of [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => guest.run(bad)).toThrow("a budget is a positive integer");
  }
});
