import type { Guest, GuestImage } from "../guest/guest.ts";
import { decodePacket } from "../guest/packet.ts";
import { assert } from "../sim/assert.ts";
import type { Awaitable } from "../sim/awaitable.ts";
import type { Channel } from "../sim/channel.ts";
import { Condition } from "../sim/condition.ts";
import type { Engine } from "../sim/engine.ts";
import type { Process, ProcessHandle } from "../sim/process.ts";
import { race } from "../sim/race.ts";
import { Signal } from "../sim/signal.ts";
import { type Nanoseconds, us } from "../sim/time.ts";
import { GuestPort } from "./guest-port.ts";
import type { Host } from "./host.ts";
import { InputGate } from "./input-gate.ts";
import type { MachineTap } from "./machine-tap.ts";
import type { Pager } from "./pager.ts";
import type { HostRecord } from "./records.ts";

/** Longest stretch a guest runs before its virtual processor looks whether it is to stop. */
export const QUANTUM_NS: Nanoseconds = us(100);

const PPM = 1_000_000;

/** What a virtual machine is made of. */
export interface VirtualMachineOptions {
  readonly engine: Engine;
  /** The machine's name, the same on every host. */
  readonly name: string;
  readonly host: Host;
  /** Booted by the constructor, the same way on every host. */
  readonly image: GuestImage;
  /** Packets for the guest; they wait here, outside the guest's state, until it is idle. */
  readonly inbox: Channel<Uint8Array>;
  /** Takes what the guest sent, after the time the guest needed to make it. Keeps the bytes. */
  readonly transmit: (packet: Uint8Array) => void;
}

/**
 * A guest on a host: one virtual processor that runs it, delivers its input and can be stopped at a
 * boundary, where all its state lies in its memory and its registers.
 *
 * The guest's work is done at once and paid for afterwards: its output leaves when the virtual time
 * it used has passed, and a host that dies meanwhile takes both with it.
 */
export class VirtualMachine {
  readonly name: string;
  readonly host: Host;
  readonly guest: Guest;
  /** Where the guest's services lead to: for who records what they answer, or answers from a record. */
  readonly port: GuestPort;

  readonly #options: VirtualMachineOptions;
  /** Set while somebody wants the processor to stand still. */
  readonly #stopWanted: Signal;
  /** Set while the processor stands still at a boundary. */
  readonly #standing: Signal;
  /** Set unless somebody wants the processor to stand still. */
  readonly #goOn: Signal;
  /** Notified when a stretch is over and the guest is as it will be until the next one. */
  readonly #boundary: Condition;
  /** Notified when a processor that waits for input is to look around. */
  readonly #attention: Condition;
  readonly #input: InputGate;
  #started = false;
  #processor: ProcessHandle | undefined;
  #idle = false;
  #isWoken = false;
  #penaltyPpm = 0;
  #throttlePpm = 0;
  /** Set while somebody holds the processor, beside whoever pauses it. */
  #isHeld = false;
  /** Set while the processor stands still and is held. */
  readonly #heldStill: Signal;
  /** Set unless the processor is held. */
  readonly #letGone: Signal;
  /** What the processor owes for faults that the guest has met. */
  #owedNs: Nanoseconds = 0;
  #exit: (() => Process | undefined) | undefined;
  #delivered: ((packet: Uint8Array) => void) | undefined;
  #pager: Pager | undefined;

  constructor(options: VirtualMachineOptions) {
    const { engine, name, host } = options;
    this.#options = options;
    this.name = name;
    this.host = host;
    const label = `${name} on ${host.name}`;
    this.#stopWanted = new Signal(engine, `${label}: stop wanted`);
    this.#standing = new Signal(engine, `${label}: standing`);
    this.#goOn = new Signal(engine, `${label}: go on`);
    this.#goOn.set();
    this.#heldStill = new Signal(engine, `${label}: held still`);
    this.#letGone = new Signal(engine, `${label}: let go`);
    this.#boundary = new Condition(engine, `${label}: boundary`);
    this.#attention = new Condition(engine, `${label}: attention`);
    const { trace } = engine;
    this.#input = new InputGate({ trace, machine: name, host: host.name, inbox: options.inbox });
    this.port = new GuestPort(host.clock, engine.random(`${label}: guest`));
    this.guest = options.image.create(this.port);
    // What a boot sends is sent before anybody is connected.
    this.port.forget();
  }

  /** True once {@link start} was called: a stand-by machine is booted but not started. */
  get started(): boolean {
    return this.#started;
  }

  /** True from a call of {@link pause} to the matching {@link resume}. */
  get paused(): boolean {
    return this.#stopWanted.isSet;
  }

  /** Waits until somebody wants the processor to stand still; does not wait if it is to already. */
  pauseAsked(): Awaitable<void> {
    return this.#stopWanted.wait();
  }

  /** True while the guest has nothing to do until the next input, and has not got it. */
  get idle(): boolean {
    return this.#idle;
  }

  /** Makes every piece of the guest's work take longer, as tracking its writes does. */
  setPenalty(ppm: number): void {
    assert(Number.isInteger(ppm) && ppm >= 0, "a penalty is a whole number of millionths");
    this.#penaltyPpm = ppm;
  }

  /**
   * Cuts its share of the processor, beside what {@link VirtualMachine.setPenalty} makes of it: each
   * stretch takes longer by so much, from the next one on.
   */
  setThrottle(ppm: number): void {
    assert(Number.isInteger(ppm) && ppm >= 0, "a throttle is a whole number of millionths");
    this.#throttlePpm = ppm;
  }

  /** Has somebody told of what the machine takes in, from the next delivery on; nobody without. */
  setTap(tap?: MachineTap): void {
    this.port.tap = tap;
  }

  /**
   * Sets what the virtual processor does each time that it leaves the guest, in its own process and before
   * it looks whether it is to stop: the guest does not run meanwhile. So a full dirty ring is served on the
   * thread of the virtual processor (KVM, `KVM_EXIT_DIRTY_RING_FULL`).
   *
   * @param exit Called at each boundary, after the output of the stretch has left; it returns the work to
   *   do there, or nothing if there is none. Without it there is none at any boundary.
   */
  setExit(exit?: () => Process | undefined): void {
    this.#exit = exit;
  }

  /**
   * Sets who is told of each packet that goes into the guest, in their order, as it does; nobody by
   * default. It only looks: the bytes stay the guest's.
   */
  onDelivered(delivered?: (packet: Uint8Array) => void): void {
    this.#delivered = delivered;
  }

  /**
   * Sets who brings pages that the guest's memory does not have yet: all that the virtual processor and the
   * card do to the guest is done through it. Without one all pages are there.
   */
  setPager(pager?: Pager): void {
    this.#pager = pager;
  }

  /**
   * From now on the guest is told that there is no input, whatever comes: packets wait in the inbox, in
   * their order. Nothing happens if it is told so already.
   */
  refuseInput(): void {
    this.#input.refuse();
  }

  /** Ends {@link VirtualMachine.refuseInput}: what waits is delivered. Nothing happens without it. */
  takeInput(): void {
    if (this.#input.open()) this.#attention.notify();
  }

  /** See {@link InputGate.discard}. */
  discardInput(): void {
    this.#input.discard();
  }

  /** Has the processor look at its guest again, even if it is idle: it may have got something to do. */
  wake(): void {
    this.#isWoken = true;
    this.#attention.notify();
  }

  /**
   * Waits until something is so at the end of a stretch; does not wait if it is so now. The guest's work is
   * done at once and paid for afterwards: it may be so a stretch before {@link pause} finds it so.
   */
  untilBoundary(isSo: () => boolean): Awaitable<void> {
    return this.#boundary.until(isSo);
  }

  /** Lets the virtual processor run, as a process of the host. */
  start(): void {
    assert(!this.#started, "a virtual machine is started once");
    this.#started = true;
    const name = `${this.name} on ${this.host.name}: processor`;
    this.#processor = this.#options.engine.spawn(name, this.host.owner, () => this.#execute());
  }

  /** Ends the virtual processor, wherever it is: the machine is taken off this host. */
  stop(): void {
    this.#processor?.kill();
  }

  /** Stops the processor at its next boundary; returns when it stands still. */
  *pause(): Process {
    assert(this.#started, "only a started machine can be paused");
    assert(!this.paused, "a paused machine is not paused again");
    this.#goOn.clear();
    this.#stopWanted.set();
    yield* this.#standing.wait();
  }

  /** Lets a paused processor go on; also ends a {@link pause} that is still waiting. */
  resume(): void {
    assert(this.paused, "only a paused machine is resumed");
    this.#stopWanted.clear();
    this.#standing.clear();
    this.#goOn.set();
  }

  /**
   * Keeps the processor at its next boundary, beside whoever pauses it and knows nothing of it; returns when
   * it stands still.
   */
  *hold(): Process {
    assert(this.#started, "only a started machine can be held");
    assert(!this.#isHeld, "a machine is held by one at a time");
    this.#isHeld = true;
    this.#letGone.clear();
    this.wake();
    // One that is paused stands still already.
    if (this.#standing.isSet) return;
    yield* race({ held: this.#heldStill.wait(), paused: this.#standing.wait() });
  }

  /** Ends {@link VirtualMachine.hold}: the processor goes on, unless it is paused. */
  letGo(): void {
    assert(this.#isHeld, "only a machine that is held is let go");
    this.#isHeld = false;
    this.#heldStill.clear();
    this.#letGone.set();
  }

  /** True from a call of {@link VirtualMachine.hold} to the matching {@link VirtualMachine.letGo}. */
  get held(): boolean {
    return this.#isHeld;
  }

  /** Lets the processor pay for a fault that the guest has met, when the stretch is over. */
  charge(costNs: Nanoseconds): void {
    assert(Number.isSafeInteger(costNs) && costNs >= 0, "a cost is whole nanoseconds");
    this.#owedNs += costNs;
  }

  *#deliver(packet: Uint8Array): Process {
    const { engine } = this.#options;
    const request = decodePacket(packet);
    // What is no packet at all is dropped here, as a network card drops what is no frame.
    if (request === undefined) return;
    const { client, number } = request;
    const { name: machine, host } = this;
    const about = { machine, host: host.name, client, number };
    engine.trace.emit<HostRecord>({ kind: "request.delivered", ...about });
    this.port.tap?.delivered(packet);
    this.#delivered?.(packet);
    if (this.#pager === undefined) this.guest.deliver(packet);
    else yield* this.#pager.attempt(() => this.guest.deliver(packet));
  }

  /** A processor that is held stands still for whoever wants to pause it meanwhile, too. */
  *#untilLetGo(stop: Awaitable<void>): Process {
    yield* race({ letGone: this.#letGone.wait(), stop });
  }

  *#execute(): Process {
    const { host, guest, port } = this;
    const { transmit } = this.#options;
    const stop = this.#stopWanted.wait();
    const woken = this.#attention.until(() => this.#isWoken);
    // A machine that stands in may have been stopped in the middle of a request: it begins busy.
    for (;;) {
      while (this.paused || this.held) {
        if (this.held) this.#heldStill.set();
        if (this.paused) this.#standing.set();
        if (this.paused) yield* this.#goOn.wait();
        else yield* this.#untilLetGo(stop);
      }
      let packet: Uint8Array | undefined;
      if (this.#idle) {
        const next = yield* race({ packet: this.#input.receive(), stop, woken });
        if (next.key === "stop") continue;
        if (next.key === "woken" && this.#isHeld) {
          this.#isWoken = false;
          continue;
        }
        if (next.key === "packet") packet = next.value;
      } else if (guest.interruptible === true) packet = this.#input.tryReceive();
      this.#idle = false;
      this.#isWoken = false;
      if (packet !== undefined) {
        yield* this.#deliver(packet);
        yield* host.compute(host.profile.guestCallNs);
      }
      const pager = this.#pager;
      const run =
        pager === undefined
          ? guest.run(QUANTUM_NS)
          : yield* pager.attempt(() => guest.run(QUANTUM_NS));
      const { usedNs, boundary } = run;
      assert(usedNs > 0 || boundary === "idle", "a guest with work left uses time");
      const slowdownPpm = this.#penaltyPpm + this.#throttlePpm;
      const owedNs = this.#owedNs;
      this.#owedNs = 0;
      yield* host.compute(usedNs + Math.floor((usedNs * slowdownPpm) / PPM) + owedNs);
      port.tap?.ran(run, port.transmitted);
      for (const sent of port.transmitted) transmit(sent);
      port.forget();
      const exit = this.#exit?.();
      if (exit !== undefined) yield* exit;
      const recorded = port.tap?.exit();
      if (recorded !== undefined) yield* recorded;
      this.#idle = boundary === "idle";
      this.#boundary.notify();
    }
  }
}
