import { ContiguousBacking } from "../../memory/contiguous-backing.ts";
import { Memory } from "../../memory/memory.ts";
import { PAGE_SIZE } from "../../memory/page.ts";
import { assert } from "../../sim/assert.ts";
import { ByteReader } from "../../sim/byte-reader.ts";
import { ByteWriter } from "../../sim/byte-writer.ts";
import { StandinRangeError } from "../../sim/errors.ts";
import { RandomStream } from "../../sim/random.ts";
import type { GuestStorage } from "../guest.ts";
import { Hart } from "./hart.ts";
import { HartTurns } from "./hart-turns.ts";
import { type AddressRange, expectLoadable, type LoadedImage } from "./loaded-image.ts";
import { addDisk, loadImages, putTree } from "./machine-boot.ts";
import { MachineDevices, UART_INTERRUPT } from "./machine-devices.ts";
import {
  expectClock,
  expectHarts,
  expectRam,
  type MachineClock,
  type RiscvMachineOptions,
} from "./machine-options.ts";
import type { MachineRun } from "./machine-run.ts";
import { Processor } from "./processor.ts";
import { ToHostWord } from "./to-host-word.ts";

/** "RVMC", little endian: the first bytes of every register image. */
const REGISTERS_MAGIC = 0x434d_5652;
const REGISTERS_VERSION = 1;

const WORD = 0x1_0000_0000;

/** Longest stretch that a processor is given at once, a small integer to every engine. */
const STRETCH_TICKS_MAX = 0x3fff_ffff;

/** Registers in which a program finds the number of its hart and the address of the device tree. */
const A0 = 10;
const A1 = 11;

/**
 * A RISC-V computer: one or two RV32IMA harts, RAM, and the devices of QEMU's `virt` board at the same
 * addresses, so that a program for the one runs on the other.
 *
 * Its time is counted in ticks, instructions begun by any hart, and ticks while all of them wait. All
 * its state lies in its memory and its registers: a machine of the same options that takes over both,
 * at any tick, goes on as this one does, to the bit. (With two harts, as long as both machines draw
 * the same turns; see {@link HartTurns}.)
 */
export class RiscvMachine {
  /** RAM as region `ram`, and the disk, if there is one, as region `disk`, out of reach of the harts. */
  readonly memory: Memory;
  /** How long a tick is, and how fast `mtime` runs. */
  readonly clock: MachineClock;
  readonly harts: readonly Hart[];
  /** Where the device tree was put; `undefined` without one. */
  readonly deviceTree: AddressRange | undefined;
  readonly #devices: MachineDevices;
  readonly #processors: readonly Processor[];
  readonly #turns: HartTurns;
  readonly #toHost: ToHostWord | undefined;
  /** Ticks until the present stretch began. */
  #ticks = 0;
  /** The hart that runs now, and its own ticks when it began to. */
  #running: Hart | undefined;
  #runningSince = 0;

  /**
   * Builds a machine and loads it, the same way every time.
   *
   * @throws StandinRangeError `MEMORY_BYTES`, `HARTS`, `TIMEBASE`; `IMAGE_…` as {@link expectLoadable};
   *   `COMMAND_LINE`, `RESERVED_RANGE`, `DEVICE_TREE_NO_ROOM`, `DEVICE_TREE_ABSENT`; `DISK_…`, `MAC_ADDRESS`;
   *   StandinTypeError `COMMAND_LINE`.
   */
  constructor(options: RiscvMachineOptions) {
    const ram = expectRam(options.memoryBytes);
    const hartCount = expectHarts(options.harts);
    this.clock = expectClock(options.nsPerTick, options.ticksPerTimebase);
    const images = imagesOf(options);
    const taken = expectLoadable(images, ram);

    const {
      deviceWritesUntracked = false,
      innerTableWriteMissed = false,
      staleDecoded = false,
    } = options.broken ?? {};
    const memory = new Memory({
      logDeviceWrites: !deviceWritesUntracked,
      interceptTableWrites: !innerTableWriteMissed,
    });
    const region = memory.addRegion({
      name: "ram",
      basePage: ram.address / PAGE_SIZE,
      backing: new ContiguousBacking(ram.sizeBytes / PAGE_SIZE),
      stores: "seen",
    });
    if (options.disk !== undefined) addDisk(memory, options.disk);
    this.memory = memory;
    this.harts = Array.from({ length: hartCount }, (_, id) => new Hart(id));
    const now = (): number => this.ticks;
    const { ticksPerTimebase } = this.clock;
    const parts = { memory, harts: this.harts, ram, now, ticksPerTimebase };
    this.#devices = new MachineDevices(parts, options);
    const { bus, clint } = this.#devices;
    this.#toHost = ToHostWord.find(images, memory, ram);
    const watched = this.#toHost === undefined ? {} : { watched: this.#toHost.address };
    const processors: Processor[] = [];
    for (const hart of this.harts) {
      const [first] = processors;
      const peer = first === undefined ? {} : { peer: first };
      const time = (): number => clint.time();
      const broken = { staleDecoded };
      const fixed = { hart, memory, ram: region, bus, time, broken };
      processors.push(new Processor({ ...fixed, ...peer, ...watched }));
    }
    this.#processors = processors;
    this.#turns = new HartTurns(hartCount, options.random32 ?? defaultDraws());

    loadImages(memory, images);
    const { firmwareBytes = 0 } = options;
    const firmware = { address: ram.address + ram.sizeBytes, sizeBytes: firmwareBytes };
    this.deviceTree = putTree(memory, options, {
      memory: ram,
      ...(firmwareBytes > 0 ? { firmware } : {}),
      taken,
      harts: hartCount,
      timebaseHz: this.clock.timebaseHz,
      uartInterrupt: UART_INTERRUPT,
      virtio: this.#devices.virtio,
    });
    for (const hart of this.harts) {
      hart.pc = images[0]!.entry;
      hart.x[A0] = hart.id;
      hart.x[A1] = (this.deviceTree?.address ?? 0) | 0;
    }
  }

  /** The disk, if there is one. */
  get storage(): GuestStorage | undefined {
    return this.#devices.disk;
  }

  /** Instructions begun, by all harts together, and ticks for which all waited. */
  get ticks(): number {
    const running = this.#running;
    return running === undefined ? this.#ticks : this.#ticks + running.ticks - this.#runningSince;
  }

  /** Bytes that the console has sent since the machine was made: the position of the next. */
  get consoleBytes(): number {
    return this.#devices.uart.transmitted;
  }

  /**
   * Runs for at most so many ticks, and exactly so many if the reason is `limit`. Stopping in between
   * changes nothing: two runs come to the same as one that is as long as both.
   *
   * @param maxTicks A whole number from 0.
   * @throws StandinRangeError `TICKS`.
   */
  run(maxTicks: number): MachineRun {
    const end = this.#ticks + maxTicks;
    if (!Number.isSafeInteger(maxTicks) || maxTicks < 0 || !Number.isSafeInteger(end)) {
      throw new StandinRangeError("TICKS", `expected a whole number of ticks, got ${maxTicks}`);
    }
    assert(this.#running === undefined, "a machine is not run from within itself");
    if (maxTicks > 0) this.#devices.disk?.catchUp();
    for (;;) {
      const stop = this.#stopReason();
      if (stop !== undefined) return stop;
      const canRun = this.harts.some(isAwake);
      const nextTick = this.#devices.nextTick;
      assert(nextTick > this.#ticks, "nothing is left undone that was due");
      if (!canRun && nextTick === Number.POSITIVE_INFINITY) return { reason: "idle" };
      if (this.#ticks === end) return { reason: "limit" };
      const limit = Math.min(end, nextTick);
      // Nobody sees the time pass until something happens.
      if (canRun) this.#stretch(limit - this.#ticks);
      else this.#ticks = limit;
      this.#devices.advance(this.#ticks);
    }
  }

  /**
   * Everything outside the memory, which the caller keeps; always of the same length in machines of
   * the same options.
   */
  saveRegisters(): Uint8Array {
    assert(this.#running === undefined, "registers are saved between two runs");
    const writer = new ByteWriter(1_024);
    writer.u32(REGISTERS_MAGIC).u8(REGISTERS_VERSION).u8(this.harts.length);
    writer.u32(this.#ticks % WORD).u32(Math.floor(this.#ticks / WORD));
    for (const part of this.#parts()) part.save(writer);
    return writer.finish();
  }

  /**
   * Takes over what {@link RiscvMachine.saveRegisters} of a machine of the same options returned.
   *
   * @param bytes Copied. They may be anything.
   * @throws StandinRangeError `GUEST_REGISTERS`; the machine is then unchanged.
   */
  loadRegisters(bytes: Uint8Array): void {
    assert(this.#running === undefined, "registers are loaded between two runs");
    const reader = new ByteReader(bytes);
    const [magic, version, harts] = [reader.u32(), reader.u8(), reader.u8()];
    const [low, high] = [reader.u32(), reader.u32()];
    const ticks = high * WORD + low;
    if (magic !== REGISTERS_MAGIC || version !== REGISTERS_VERSION) {
      throw refusal("registers of a RISC-V machine, version 1", `${magic}, version ${version}`);
    }
    if (harts !== this.harts.length) throw refusal(`${this.harts.length} harts`, `${harts}`);
    if (!Number.isSafeInteger(ticks)) throw refusal("a time below 2^53 ticks", `${high} * 2^32`);
    const commits = this.#parts().map((part) => part.parse(reader));
    if (!reader.complete) {
      throw refusal(`${reader.offset} bytes`, `${bytes.length}`);
    }
    this.#ticks = ticks;
    for (const commit of commits) commit();
    this.#devices.advance(ticks);
  }

  /**
   * Types at the console.
   *
   * @param bytes Copied.
   * @returns How many the serial port had room for; the rest may be typed again later.
   */
  typeConsole(bytes: Uint8Array): number {
    return this.#devices.uart.receive(bytes);
  }

  /**
   * A frame arrives at the network card.
   *
   * @param frame Copied.
   * @returns False if the guest has no buffer for it now: it may be offered again. True if it was dealt
   *   with, also by dropping it: it is no Ethernet frame, or there is no card.
   */
  receiveFrame(frame: Uint8Array): boolean {
    return this.#devices.network?.receive(frame) ?? true;
  }

  /** The hardware address of the network card, as the guest reads it; `undefined` without one. A view. */
  get networkAddress(): Uint8Array | undefined {
    return this.#devices.network?.config;
  }

  /** The network card, if there is one, has another hardware address from now on. @param mac 6 bytes, copied. */
  setNetworkAddress(mac: Uint8Array): void {
    this.#devices.network?.setAddress(mac);
  }

  /** The disk, if there is one, has another name from now on: at most 20 characters of it; without one its own. */
  renameDisk(name?: string): void {
    this.#devices.disk?.rename(name);
  }

  /** Forgets what processors have decoded: after memory was replaced past {@link Memory}. */
  forgetDecoded(): void {
    for (const processor of this.#processors) processor.forgetDecoded();
  }

  /** What harts take over comes first: devices then set the wires that lead to them. */
  #parts(): readonly { save: Hart["save"]; parse: Hart["parse"] }[] {
    return [this.#turns, ...this.harts, this.#devices];
  }

  #stopReason(): MachineRun | undefined {
    const { off } = this.#devices.power;
    if (off !== undefined) return { reason: "power-off", ...off };
    for (const { id, halt } of this.harts) {
      if (halt !== undefined) return { reason: "halted", hart: id, halt };
    }
    const value = this.#toHost?.read() ?? 0;
    return value === 0 ? undefined : { reason: "tohost", value };
  }

  /** Lets the hart whose turn it is run: until the limit, the end of its turn, or an event. */
  #stretch(limitTicks: number): void {
    const index = this.#turns.next((hart) => isAwake(this.harts[hart]!));
    assert(index !== undefined, "some hart can run");
    const hart = this.harts[index]!;
    const ticks = Math.min(limitTicks, this.#turns.leftTicks, STRETCH_TICKS_MAX);
    this.#running = hart;
    this.#runningSince = hart.ticks;
    try {
      this.#processors[index]!.run(ticks);
    } finally {
      // Also when a write was not permitted: the machine then stands before the store.
      const used = this.ticks - this.#ticks;
      this.#ticks += used;
      this.#running = undefined;
      this.#turns.use(used);
    }
    const isStuck = hart.ticks === this.#runningSince && hart.halt === undefined;
    assert(!isStuck, "a hart that can run uses time");
  }
}

/** Whether a hart executes instructions: not in a `wfi`, or with an interrupt that ends it. */
function isAwake({ waiting, mip, mie }: Hart): boolean {
  return !waiting || (mip & mie) !== 0;
}

function imagesOf({ image }: RiscvMachineOptions): readonly LoadedImage[] {
  return "entry" in image ? [image] : image;
}

/** The turns of machines that nobody gave a stream to. */
function defaultDraws(): () => number {
  const stream = new RandomStream(0, "riscv machine: turns of harts");
  return () => stream.u32();
}

function refusal(expected: string, got: string): StandinRangeError {
  return new StandinRangeError("GUEST_REGISTERS", `expected ${expected}, got ${got}`);
}
