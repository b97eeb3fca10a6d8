import { PAGE_SIZE } from "../../memory/page.ts";
import { SparseBacking } from "../../memory/sparse-backing.ts";
import { assert } from "../../sim/assert.ts";
import { ByteReader } from "../../sim/byte-reader.ts";
import { ByteWriter } from "../../sim/byte-writer.ts";
import { StandinRangeError } from "../../sim/errors.ts";
import type { Nanoseconds } from "../../sim/time.ts";
import { CONSOLE_RING_BYTES, ConsoleLine } from "../console-line.ts";
import { CONSOLE_CLIENT } from "../console-packet.ts";

import { Drivers, type DuplicationOptions } from "../drivers.ts";

import type { MemoryMapEntry } from "../firmware/memory-map.ts";
import { expectReservedBytes } from "../firmware/reserved-bytes.ts";

import type { Guest, GuestImage, GuestRun, GuestServices, GuestStorage } from "../guest.ts";
import { hardwareBytes, type Profile } from "../profile.ts";
import { frameOf, MACHINE_MAC, packetIn } from "./client-bridge.ts";
import type { RiscvMachineOptions } from "./machine-options.ts";
import type { MachineRun } from "./machine-run.ts";
import { readTreeMemoryMap } from "./read-device-tree.ts";
import { RiscvMachine } from "./riscv-machine.ts";
import { shownAddress } from "./shown-address.ts";
import { trapName } from "./trap-name.ts";

/** Where the console's ring lies in the machine's memory: where no device and no RAM is. */
const CONSOLE_BASE = 0x2000_0000;

/** Where memory for a profile lies: behind the console's ring. */
const RESERVED_BASE = 0x2100_0000;

/** Bytes of the console line in the registers. */
const LINE_BYTES = 20;

/** Longest boot: ten seconds of a machine of 100 million instructions a second. */
const BOOT_TICKS_MAX = 1_000_000_000;

/** What the outside of a RISC-V machine is made of; the inside is as {@link RiscvMachineOptions} say. */
export interface RiscvGuestOptions
  extends Omit<
    RiscvMachineOptions,
    "onConsole" | "onFrame" | "onDiskRead" | "random32" | "network"
  > {
  readonly name: string;
  /**
   * Ticks that booting takes at most: the machine runs until it waits for input, or for so long, before
   * anybody is connected. Default 0: it begins with its first instruction when it is started.
   */
  readonly bootTicks?: number;
  /** Client number of the machine's console. Default {@link CONSOLE_CLIENT}. */
  readonly consoleClient?: number;
  /** Makes it a machine that can be duplicated, with reserved memory for a profile. Default: it is none. */
  readonly duplication?: DuplicationOptions;
  /** See {@link GuestImage.executions}. Default: nothing can be read. */
  readonly executions?: GuestImage["executions"];
  /** See {@link GuestImage.workload}. Default: requests without contents. */
  readonly workload?: GuestImage["workload"];
}

/**
 * A RISC-V machine as a guest: packets of clients reach its network card in frames, and frames that
 * carry packets leave; its serial port is a console line. Its registers are those of the machine with
 * all its devices, then those of the line.
 *
 * Time is counted in ticks: a budget is used up to the last whole tick.
 */
export class RiscvGuest implements Guest {
  readonly interruptible = true;
  readonly memory: RiscvMachine["memory"];
  /** The machine itself, to look at: whoever runs it past the guest changes what the guest is. */
  readonly machine: RiscvMachine;
  readonly duplication: Drivers | undefined;
  /** The network card's address, to which frames go. */
  #mac: Uint8Array = MACHINE_MAC;
  readonly #line: ConsoleLine;
  #stopped: string | undefined;

  /** Made by the image, see {@link riscvGuest}. */
  constructor(options: RiscvGuestOptions, services: GuestServices) {
    this.machine = new RiscvMachine({
      ...options,
      network: { mac: MACHINE_MAC },
      random32: () => services.turn32?.() ?? services.random32(),
      onDiskRead: ({ sizeBytes, tookTicks, own }) => {
        const tookNs = tookTicks * this.machine.clock.nsPerTick;
        return services.diskRead?.({ sizeBytes, tookNs, own }) ?? own();
      },
      onConsole: (byte) => {
        this.#line.print(byte);
      },
      onFrame: (frame) => {
        const packet = packetIn(frame);
        if (packet !== undefined) services.transmit(packet);
      },
    });
    this.memory = this.machine.memory;
    this.memory.addRegion({
      name: "console",
      basePage: CONSOLE_BASE / PAGE_SIZE,
      backing: new SparseBacking(CONSOLE_RING_BYTES / PAGE_SIZE),
      stores: "seen",
    });
    this.#line = new ConsoleLine({
      memory: this.memory,
      ringAddress: CONSOLE_BASE,
      client: options.consoleClient ?? CONSOLE_CLIENT,
      transmit: (packet) => services.transmit(packet),
      type: (bytes) => this.machine.typeConsole(bytes),
    });
    this.duplication =
      options.duplication &&
      new Drivers({
        memory: this.memory,
        basePage: RESERVED_BASE / PAGE_SIZE,
        options: options.duplication,
        onNetwork: (profile) => this.#setNetwork(profile),
        onStorage: (profile) => this.machine.renameDisk(profile?.storage?.[0]?.path),
      });
    this.#end(this.machine.run(options.bootTicks ?? 0));
  }

  get storage(): GuestStorage | undefined {
    return this.machine.storage;
  }

  /** The device tree, where firmware has put it before the machine began. */
  readMemoryMap(): readonly MemoryMapEntry[] {
    const { deviceTree } = this.machine;
    if (deviceTree === undefined) return [];
    return readTreeMemoryMap(this.memory.dmaRead(deviceTree.address, deviceTree.sizeBytes));
  }

  /** Ticks: instructions begun, and time for which all harts waited. */
  get instructionCount(): number {
    return this.machine.ticks;
  }

  get processorCount(): number {
    return this.machine.harts.length;
  }

  get panic(): string | undefined {
    return this.#stopped;
  }

  /** A packet of the console is the serial port's; what does not fit the card's buffers is dropped. */
  deliver(packet: Uint8Array): void {
    if (this.#line.receive(packet)) return;
    const frame = frameOf(packet, this.#mac);
    if (frame !== undefined) this.machine.receiveFrame(frame);
  }

  run(budgetNs: Nanoseconds): GuestRun {
    const { nsPerTick } = this.machine.clock;
    // A budget shorter than a tick is used for one all the same, or time would stand still.
    const ticks = Math.max(1, Math.floor(budgetNs / nsPerTick));
    const before = this.machine.ticks;
    const boundary = this.#end(this.machine.run(ticks));
    const usedNs = Math.min(budgetNs, (this.machine.ticks - before) * nsPerTick);
    return { usedNs, boundary };
  }

  saveRegisters(): Uint8Array {
    const machine = this.machine.saveRegisters();
    const writer = new ByteWriter(machine.length + LINE_BYTES);
    writer.bytes(machine);
    this.#line.save(writer);
    assert(writer.length === machine.length + LINE_BYTES, "a console line has a fixed size");
    return writer.finish();
  }

  /** @throws StandinRangeError `GUEST_REGISTERS` if the bytes are no registers of such a machine. */
  loadRegisters(bytes: Uint8Array): void {
    const split = Math.max(0, bytes.length - LINE_BYTES);
    const takeLine = this.#line.parse(new ByteReader(bytes.subarray(split)));
    this.machine.loadRegisters(bytes.subarray(0, split));
    takeLine();
    this.duplication?.resume();
    this.#stopped = undefined;
    this.#end(this.machine.run(0));
  }

  /** The card answers to the profile's address, or to the one that it was built with. */
  #setNetwork(profile: Profile | undefined): void {
    const { hardwareAddress } = profile ?? {};
    this.#mac = hardwareAddress === undefined ? MACHINE_MAC : hardwareBytes(hardwareAddress);
    this.machine.setNetworkAddress(this.#mac);
  }

  /** Sends what was printed; notes why the machine has stopped for good, if it has. */
  #end(run: MachineRun): GuestRun["boundary"] {
    this.#line.flush();
    if (run.reason === "limit") return "budget";
    if (run.reason !== "idle") this.#stopped = stoppedBy(run);
    return "idle";
  }
}

/** Why a machine stopped for good, for people to read. */
export function stoppedBy(run: Exclude<MachineRun, { reason: "limit" | "idle" }>): string {
  switch (run.reason) {
    case "power-off":
      return run.reset ? "the machine asked for a reset" : `powered off with code ${run.code}`;
    case "tohost":
      return `the program wrote ${run.value} to tohost`;
    case "halted": {
      const { cause, pc, instruction, value } = run.halt;
      const word = `0x${instruction.toString(16).padStart(8, "0")}`;
      return `${trapName(cause)} that nothing handles, at ${shownAddress(pc)}: instruction ${word}, value ${shownAddress(value)}, hart ${run.hart}`;
    }
  }
}

/**
 * A guest image of a RISC-V computer.
 *
 * @throws StandinRangeError `BOOT_TICKS` for a boot that is not 0 to 10^9 ticks; whatever `RiscvMachine`
 *   refuses is thrown when a machine is made.
 */
export function riscvGuest(options: RiscvGuestOptions): GuestImage {
  const { name, bootTicks = 0, executions, workload } = options;
  const reserving = (firmwareBytes: number): GuestImage => {
    expectReservedBytes(firmwareBytes);
    return riscvGuest({ ...options, firmwareBytes });
  };
  if (!(Number.isInteger(bootTicks) && bootTicks >= 0 && bootTicks <= BOOT_TICKS_MAX)) {
    throw new StandinRangeError(
      "BOOT_TICKS",
      `bootTicks: expected a whole number from 0 to ${BOOT_TICKS_MAX}, got ${bootTicks}`,
    );
  }
  return {
    name,
    create: (services) => new RiscvGuest(options, services),
    executions: executions ?? (() => new Map()),
    workload: workload ?? (() => ({ request: () => new Uint8Array(0) })),
    reserving,
  };
}
