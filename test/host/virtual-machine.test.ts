import { expect, test } from "vitest";
import type { Guest, GuestImage, GuestServices } from "../../src/guest/guest.ts";
import { decodePacket, encodePacket } from "../../src/guest/packet.ts";
import { Network } from "../../src/host/network.ts";
import { QUANTUM_NS, VirtualMachine } from "../../src/host/virtual-machine.ts";
import { Memory } from "../../src/memory/memory.ts";
import { Channel } from "../../src/sim/channel.ts";
import { Engine } from "../../src/sim/engine.ts";
import { InvariantError } from "../../src/sim/errors.ts";
import { MemorySink } from "../../src/sim/memory-sink.ts";
import { type Process, sleep } from "../../src/sim/process.ts";
import { ms, us } from "../../src/sim/time.ts";

/** A guest that works `workNs` for each packet and then sends the packet back. */
class Echo implements Guest {
  readonly memory = new Memory();
  readonly #services: GuestServices;
  readonly #waiting: { packet: Uint8Array; leftNs: number }[] = [];
  workNs = us(250);

  constructor(services: GuestServices) {
    this.#services = services;
  }
  deliver(packet: Uint8Array): void {
    this.#waiting.push({ packet, leftNs: this.workNs });
  }
  run(budgetNs: number) {
    const [next] = this.#waiting;
    if (next === undefined) return { usedNs: 0, boundary: "idle" } as const;
    const usedNs = Math.min(budgetNs, next.leftNs);
    next.leftNs -= usedNs;
    if (next.leftNs > 0) return { usedNs, boundary: "budget" } as const;
    this.#waiting.shift();
    this.#services.transmit(next.packet.slice());
    return { usedNs, boundary: this.#waiting.length === 0 ? "idle" : "budget" } as const;
  }
  saveRegisters(): Uint8Array {
    return new Uint8Array(0);
  }
  loadRegisters(): void {
    // No registers.
  }
}

function setUp(interruptible = false) {
  const engine = new Engine({ seed: 1 });
  const host = new Network(engine).addHost("a");
  const inbox = new Channel<Uint8Array>(engine, "inbox", { capacity: 16 });
  const sent: { atNs: number; value: number }[] = [];
  const image: GuestImage = {
    name: "echo",
    create: (services) => Object.assign(new Echo(services), { interruptible }),
    executions: () => new Map(),
    workload: () => ({ request: () => new Uint8Array(0) }),
  };
  const vm = new VirtualMachine({
    engine,
    name: "echo",
    host,
    image,
    inbox,
    transmit: (packet) => sent.push({ atNs: engine.now, value: decodePacket(packet)!.number }),
  });
  const request = (value: number): boolean =>
    inbox.send(encodePacket({ client: 1, number: value, payload: new Uint8Array(0) }));
  return { engine, host, vm, sent, inbox, request };
}

test("virtual machine: it answers when the time its guest used has passed", () => {
  const { engine, host, vm, sent, request } = setUp();
  vm.start();
  request(5);
  engine.run({ until: ms(1) });
  expect(sent).toEqual([{ atNs: host.profile.guestCallNs + us(250), value: 5 }]);
});

test("virtual machine: what comes while it works waits for its turn", () => {
  const { engine, vm, sent, request } = setUp();
  vm.start();
  for (const value of [1, 2, 3]) request(value);
  engine.run({ until: ms(2) });
  expect(sent.map(({ value }) => value)).toEqual([1, 2, 3]);
  expect(sent[2]!.atNs - sent[0]!.atNs).toBeGreaterThanOrEqual(us(500));
});

test("virtual machine: a host that dies takes unsent output with it", () => {
  const { engine, host, vm, sent, request } = setUp();
  vm.start();
  request(1);
  engine.run({ until: us(200) });
  host.crash();
  engine.run({ until: ms(1) });
  expect(sent).toEqual([]);
});

test("virtual machine: a pause takes effect at the next boundary, and work goes on afterwards", () => {
  const { engine, host, vm, sent, request } = setUp();
  vm.start();
  request(1);
  let stoodAtNs = 0;
  engine.at(us(120), () => {
    engine.spawn("pause", host.owner, function* () {
      yield* vm.pause();
      stoodAtNs = engine.now;
    });
  });
  engine.run({ until: ms(2) });
  expect(stoodAtNs).toBeGreaterThanOrEqual(us(120));
  expect(stoodAtNs).toBeLessThanOrEqual(us(120) + QUANTUM_NS + host.profile.guestCallNs);
  expect(sent).toEqual([]);
  expect(vm.paused).toBe(true);
  vm.resume();
  engine.run({ until: ms(3) });
  expect(sent.map(({ value }) => value)).toEqual([1]);
});

test("virtual machine: an idle machine stands at once, and input wakes it after the pause", () => {
  const { engine, host, vm, sent, request } = setUp();
  vm.start();
  engine.run({ until: us(10) });
  let stood = false;
  engine.spawn("pause", host.owner, function* () {
    yield* vm.pause();
    stood = true;
  });
  engine.run({ until: us(11) });
  expect(stood).toBe(true);
  request(9);
  engine.run({ until: ms(1) });
  expect(sent).toEqual([]);
  vm.resume();
  engine.run({ until: ms(2) });
  expect(sent).toHaveLength(1);
});

test("virtual machine: a pause that is taken back before it took effect changes nothing", () => {
  const { engine, host, vm, sent, request } = setUp();
  vm.start();
  request(1);
  engine.run({ until: us(50) });
  const pause = engine.spawn("pause", host.owner, () => vm.pause());
  engine.run({ until: us(51) });
  pause.kill();
  vm.resume();
  engine.run({ until: ms(1) });
  expect(sent).toHaveLength(1);
});

test("virtual machine: a penalty and a slow processor make its work take longer", () => {
  const { engine, host, vm, sent, request } = setUp();
  vm.setPenalty(100_000);
  host.setProcessorShare(0.5);
  vm.start();
  request(1);
  engine.run({ until: ms(2) });
  expect(sent[0]?.atNs).toBe(2 * (host.profile.guestCallNs + us(275)));
});

test("virtual machine: what is no packet never reaches the guest", () => {
  const { engine, vm, sent, inbox, request } = setUp();
  vm.start();
  inbox.send(new Uint8Array([1, 2, 3]));
  request(4);
  engine.run({ until: ms(1) });
  expect(sent.map(({ value }) => value)).toEqual([4]);
});

test("virtual machine: a stand-by machine does not run until it is started", () => {
  const { engine, vm, sent, request } = setUp();
  request(1);
  engine.run({ until: ms(1) });
  expect([vm.started, sent.length]).toEqual([false, 0]);
  vm.start();
  engine.run({ until: ms(2) });
  expect(sent).toHaveLength(1);
  expect(() => vm.start()).toThrow(InvariantError);
});

test("virtual machine: its exit is served at each boundary, before it stands, and takes its time", () => {
  const { engine, host, vm, sent, request } = setUp();
  const atNs: number[] = [];
  const exitNs = us(30);
  vm.setExit(function* () {
    atNs.push(engine.now);
    yield* host.compute(exitNs);
  });
  vm.start();
  request(1);
  let stoodAtNs = 0;
  engine.spawn("pause", host.owner, function* () {
    yield* host.compute(us(200));
    yield* vm.pause();
    stoodAtNs = engine.now;
  });
  engine.run({ until: ms(1) });
  // The first stretch finds nothing to do; the request comes while its exit is served.
  const firstNs = exitNs + host.profile.guestCallNs + QUANTUM_NS;
  const secondNs = firstNs + exitNs + QUANTUM_NS;
  expect(atNs).toEqual([0, firstNs, secondNs]);
  expect(stoodAtNs).toBe(secondNs + exitNs);
  vm.resume();
  engine.run({ until: ms(2) });
  // The output has left by the time the exit is served.
  expect(sent.map((packet) => packet.atNs)).toEqual([atNs[3]]);
});

test("virtual machine: an exit may find nothing to do, and is taken away again", () => {
  const run = (exit: (() => undefined) | undefined, isTakenAway: boolean) => {
    const { engine, vm, sent, request } = setUp();
    vm.setExit(exit);
    if (isTakenAway) vm.setExit();
    vm.start();
    request(1);
    engine.run({ until: ms(1) });
    return { sent, hash: engine.trace.hash(), events: engine.events };
  };
  let calls = 0;
  const count = () => {
    calls += 1;
    return undefined;
  };
  const without = run(undefined, false);
  expect(run(count, false)).toEqual(without);
  expect(calls).toBe(4);
  expect(run(count, true)).toEqual(without);
  expect(calls).toBe(4);
});

test.each([
  ["that is asked when it is idle", false],
  ["with interrupts", true],
])(
  "virtual machine: one %s finishes what it has and gets no more until input is taken",
  (_, interruptible) => {
    const { engine, host, vm, sent, inbox, request } = setUp(interruptible);
    let idleAtNs = 0;
    vm.start();
    request(1);
    engine.run({ until: us(50) });
    vm.refuseInput();
    for (const value of [2, 3]) request(value);
    engine.spawn("idle", host.owner, function* () {
      yield* vm.untilBoundary(() => vm.idle);
      idleAtNs = engine.now;
    });
    engine.run({ until: ms(1) });
    expect(idleAtNs).toBe(host.profile.guestCallNs + us(250));
    expect([sent.map(({ value }) => value), inbox.length, vm.idle]).toEqual([[1], 2, true]);
    request(4);
    engine.run({ until: ms(2) });
    expect([sent.length, inbox.length]).toEqual([1, 3]);
    vm.takeInput();
    engine.run({ until: ms(4) });
    expect(sent.map(({ value }) => value)).toEqual([1, 2, 3, 4]);
    // With interrupts the others are delivered in between.
    const deliveries = interruptible ? 3 : 1;
    expect(sent[1]!.atNs).toBe(ms(2) + deliveries * host.profile.guestCallNs + us(250));
  },
);

test("virtual machine: input is refused through a pause, and may be taken in it", () => {
  const { engine, host, vm, sent, request } = setUp();
  vm.start();
  engine.run({ until: us(10) });
  vm.refuseInput();
  const pause = () => engine.spawn("pause", host.owner, () => vm.pause());
  pause();
  request(1);
  engine.run({ until: us(20) });
  vm.resume();
  engine.run({ until: ms(1) });
  expect(sent).toEqual([]);
  pause();
  engine.run({ until: ms(2) });
  vm.takeInput();
  engine.run({ until: ms(3) });
  expect(sent).toEqual([]);
  vm.resume();
  engine.run({ until: ms(4) });
  expect(sent.map(({ value }) => value)).toEqual([1]);
});

test("virtual machine: it tells once that input is refused, and once that it is taken", () => {
  const { engine, vm, request } = setUp();
  const sink = new MemorySink();
  engine.trace.addSink(sink);
  vm.start();
  vm.takeInput();
  engine.run({ until: us(10) });
  vm.refuseInput();
  vm.refuseInput();
  request(1);
  vm.takeInput();
  vm.takeInput();
  const about = { machine: "echo", host: "a" };
  expect(sink.records.map(({ record }) => record)).toEqual([
    { kind: "input.refused", ...about, waiting: 0 },
    { kind: "input.taken", ...about, waiting: 1 },
  ]);
});

test("virtual machine: a packet that came just before input was refused is kept", () => {
  const { engine, vm, sent, inbox, request } = setUp();
  vm.start();
  engine.run({ until: us(10) });
  // The processor is told of it, and has not had its turn.
  request(1);
  vm.refuseInput();
  engine.run({ until: ms(1) });
  expect([sent.length, inbox.length, vm.idle]).toEqual([0, 1, true]);
});

test("virtual machine: an idle one looks at its guest again when it is woken", () => {
  const { engine, vm, sent } = setUp();
  vm.start();
  engine.run({ until: us(10) });
  // As a device does that has got something to do behind the processor's back.
  vm.guest.deliver(encodePacket({ client: 1, number: 7, payload: new Uint8Array(0) }));
  engine.run({ until: ms(1) });
  expect(sent).toEqual([]);
  vm.wake();
  engine.run({ until: ms(2) });
  expect(sent).toEqual([{ atNs: ms(1) + us(250), value: 7 }]);
  expect(vm.idle).toBe(true);
});

test("virtual machine: who taps it is told of what it takes in and where its stretches end", () => {
  const { engine, vm, request } = setUp();
  const told: string[] = [];
  vm.setTap({
    delivered: (packet) => void told.push(`deliver ${decodePacket(packet)!.number}`),
    clockRead: () => undefined,
    randomDrawn: () => undefined,
    diskRead: () => undefined,
    ran: ({ usedNs, boundary }, sent) =>
      void told.push(`${engine.now}: ${usedNs} ${boundary} ${sent.length}`),
    exit: () => void told.push("exit"),
  });
  vm.start();
  request(4);
  engine.run();
  const guestCallNs = vm.host.profile.guestCallNs;
  expect(told).toEqual([
    ...["0: 0 idle 0", "exit", "deliver 4"],
    ...[`${guestCallNs + us(100)}: ${us(100)} budget 0`, "exit"],
    ...[`${guestCallNs + us(200)}: ${us(100)} budget 0`, "exit"],
    ...[`${guestCallNs + us(250)}: ${us(50)} idle 1`, "exit"],
  ]);
});

test("virtual machine: a throttle makes its work take longer, beside the penalty", () => {
  const { engine, vm, sent, request } = setUp();
  vm.setPenalty(100_000);
  vm.setThrottle(400_000);
  vm.start();
  request(1);
  engine.run();
  expect(sent[0]?.atNs).toBe(vm.host.profile.guestCallNs + us(375));
});

test("virtual machine: whoever wants to know is told of each input as it goes in", () => {
  const { engine, vm, request } = setUp();
  const told: number[] = [];
  vm.start();
  vm.onDelivered((packet) => told.push(decodePacket(packet)!.number));
  request(1);
  request(2);
  engine.run({ until: us(100) });
  expect(told).toEqual([1]);
  engine.run({ until: ms(2) });
  expect(told).toEqual([1, 2]);
  vm.onDelivered();
  request(3);
  engine.run({ until: ms(4) });
  expect(told).toEqual([1, 2]);
});

test("virtual machine: held at a boundary it works on nothing until it is let go", () => {
  const { engine, host, vm, sent, request } = setUp();
  vm.start();
  request(1);
  engine.spawn("holder", host.owner, function* () {
    yield* sleep(us(120));
    yield* vm.hold();
    expect(vm.held).toBe(true);
    const heldAtNs = engine.now;
    expect(heldAtNs).toBeLessThanOrEqual(us(120) + 2 * QUANTUM_NS);
    yield* sleep(ms(1));
    expect(sent).toEqual([]);
    vm.letGo();
  });
  engine.run();
  expect(sent.map(({ value }) => value)).toEqual([1]);
  expect(sent[0]!.atNs).toBeGreaterThan(ms(1));
});

test("virtual machine: an idle one is held at once, and its input waits", () => {
  const { engine, host, vm, sent, request } = setUp();
  vm.start();
  engine.spawn("holder", host.owner, function* () {
    yield* sleep(us(50));
    yield* vm.hold();
    expect(engine.now).toBe(us(50));
    request(1);
    yield* sleep(ms(1));
    expect(sent).toEqual([]);
    vm.letGo();
  });
  engine.run();
  expect(sent.map(({ value }) => value)).toEqual([1]);
});

test.each([true, false])(
  "virtual machine: who pauses and who holds it know nothing of each other (held first: %s)",
  (heldFirst) => {
    const { engine, host, vm, sent, request } = setUp();
    vm.start();
    const marks: string[] = [];
    const still = (name: string, fromNs: number, stop: () => Process, go: () => void) =>
      engine.spawn(name, host.owner, function* () {
        yield* sleep(fromNs);
        yield* stop();
        marks.push(name);
        yield* sleep(us(400));
        go();
      });
    still(
      "held",
      heldFirst ? us(10) : us(200),
      () => vm.hold(),
      () => vm.letGo(),
    );
    still(
      "paused",
      heldFirst ? us(200) : us(10),
      () => vm.pause(),
      () => vm.resume(),
    );
    engine.spawn("client", host.owner, function* () {
      yield* sleep(us(300));
      request(1);
    });
    engine.run();
    expect(marks).toEqual(heldFirst ? ["held", "paused"] : ["paused", "held"]);
    // Both have let it go by 600 µs, and it works for 250.
    expect(sent.map(({ value }) => value)).toEqual([1]);
    expect(sent[0]!.atNs).toBeGreaterThanOrEqual(us(850));
  },
);

test("virtual machine: what a fault cost is paid with the stretch that met it", () => {
  const { engine, vm, sent, request } = setUp();
  vm.start();
  request(1);
  vm.charge(us(40));
  engine.run();
  const [answer] = sent;
  const plain = setUp();
  plain.vm.start();
  plain.request(1);
  plain.engine.run();
  expect(answer!.atNs - plain.sent[0]!.atNs).toBe(us(40));
});
