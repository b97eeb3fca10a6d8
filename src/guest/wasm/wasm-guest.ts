import type { Backing } from "../../memory/backing.ts";
import { LinearBacking, type MovableBytes } from "../../memory/linear-backing.ts";
import { MarkedBacking } from "../../memory/marked-backing.ts";
import { Memory } from "../../memory/memory.ts";
import { PAGE_SIZE } from "../../memory/page.ts";
import { assert } from "../../sim/assert.ts";
import { StandinRangeError } from "../../sim/errors.ts";
import type { RandomStream } from "../../sim/random.ts";
import type { Nanoseconds } from "../../sim/time.ts";
import { Drivers, type DuplicationOptions } from "../drivers.ts";
import type { Guest, GuestImage, GuestServices, Workload } from "../guest.ts";
import { isMemoryFault } from "../memory-fault.ts";
import { PacketGuest } from "../packet-guest.ts";
import { RECEIVE_RING_BYTES, ReceiveRing, ReceiveRingControl } from "../receive-ring.ts";
import type { StoreMarkDefects } from "./code-instrumenter.ts";
import { GlobalRegisters } from "./global-registers.ts";
import type { WasmBinary, WasmImports } from "./wasm-binary.ts";

/** A WebAssembly page, the unit in which a linear memory grows. */
const GROWTH_BYTES = 65_536;

/** Most a memory grows to unless told otherwise. */
const MEMORY_BYTES_MAX_DEFAULT = 256 << 20;

/** Where reserved memory lies: behind the 4 GiB of the largest linear memory. */
const RESERVED_PAGE = 0x1_0000_0000 / PAGE_SIZE;

/** Bytes in front of the registers of the globals: size of the memory in pages, and a zero. */
const SIZE_REGISTER_BYTES = 8;

/** Bytes that the network card needs in a guest's memory; a multiple of 8. */
export const WASM_RECEIVE_BYTES: number = 64 + RECEIVE_RING_BYTES;

/** The machine as the program's own host functions and its adapter see it. */
export interface WasmMachine {
  readonly services: GuestServices;
  /**
   * The linear memory as the machine's region; address 0 is the first byte. The only way for the host
   * to write to it: of an instrumented program the bytes lie elsewhere than in the plain one, and what
   * is written past this is not noticed.
   */
  readonly memory: Memory;
  /** What the instance exports, the module's own names; of an instrumented program not its memory. */
  readonly exports: Readonly<Record<string, unknown>>;
  /**
   * Grows the linear memory, as a host function for `sbrk` does.
   *
   * @param sizeBytes The size wanted, rounded up to 64 KiB.
   * @returns False if that is more than the machine may have; nothing is changed then.
   */
  grow(sizeBytes: number): boolean;
}

/**
 * How an adapter answers requests. It may hold addresses and the like that are the same after every
 * boot, and nothing that changes: what the program remembers lies in the instance.
 */
export interface WasmService {
  /** Address of {@link WASM_RECEIVE_BYTES} zero bytes of the program's memory, a multiple of 8. */
  readonly receiveAddress: number;
  /** Virtual time of a request, from 1 ns to an hour. */
  costNs(packet: Uint8Array): Nanoseconds;
  /**
   * Calls into the program and transmits what there is to transmit. All calls return before it does.
   *
   * @param packet A copy that the adapter keeps.
   * @throws GuestPanic if the program cannot go on; so does a trap of the program.
   */
  serve(packet: Uint8Array): void;
}

/** What a WebAssembly guest is made of. */
export interface WasmDefinition {
  readonly name: string;
  readonly binary: WasmBinary;
  /** Most bytes that the memory may grow to, a multiple of 64 KiB. Default 256 MiB. */
  readonly memoryBytesMax?: number;
  /**
   * Whether the program is rewritten to mark what it stores, so that its dirty pages can be found
   * without comparing. Default false. What the machine does and holds is the same.
   */
  readonly instrument?: boolean;
  /** Makes it a machine that can be duplicated, with reserved memory for a profile. Default: it is none. */
  readonly duplication?: DuplicationOptions;
  /** Mistakes of an instrumented program for tests to notice; never set otherwise. */
  readonly broken?: StoreMarkDefects;
  /**
   * The functions that the module imports; registered here and never later.
   *
   * @param machine To be used by the functions when they are called, not before: its memory does
   *   not exist yet.
   */
  imports(machine: WasmMachine): WasmImports;
  /** Starts the program in a new instance; the same calls in the same order every time. */
  boot(machine: WasmMachine): WasmService;
  /** See {@link GuestImage.executions}. */
  executions(guest: Guest, client: number): ReadonlyMap<number, number>;
  /** See {@link GuestImage.workload}. */
  workload(client: number, random: RandomStream): Workload;
}

/** A machine of which nothing can be asked before its instance exists. */
class BootingMachine implements WasmMachine {
  readonly services: GuestServices;
  #memory: Memory | undefined;
  #exports: Readonly<Record<string, unknown>> | undefined;

  constructor(services: GuestServices) {
    this.services = services;
  }

  get memory(): Memory {
    assert(this.#memory !== undefined, "no host function is called before the instance exists");
    return this.#memory;
  }

  get exports(): Readonly<Record<string, unknown>> {
    assert(this.#exports !== undefined, "no host function is called before the instance exists");
    return this.#exports;
  }

  attach(memory: Memory, exports: Readonly<Record<string, unknown>>): void {
    this.#memory = memory;
    this.#exports = exports;
  }

  grow(sizeBytes: number): boolean {
    const [region] = this.memory.regions;
    assert(region !== undefined, "a WebAssembly machine has its linear memory");
    const pageCount = (Math.ceil(sizeBytes / GROWTH_BYTES) * GROWTH_BYTES) / PAGE_SIZE;
    if (!(pageCount <= region.backing.maxPages)) return false;
    if (pageCount > region.pageCount) region.grow(pageCount);
    return true;
  }
}

class WasmGuest extends PacketGuest {
  readonly memory: Memory;
  override readonly duplication: Drivers | undefined;
  protected readonly ring: ReceiveRing;
  readonly #machine: BootingMachine;
  readonly #globals: GlobalRegisters;
  readonly #service: WasmService;

  /** @param binary The definition's, or what it was rewritten to. */
  constructor(definition: WasmDefinition, binary: WasmBinary, services: GuestServices) {
    super(services);
    const { reachable } = binary;
    this.#machine = new BootingMachine(services);
    const exports = binary.instantiate(definition.imports(this.#machine));
    this.memory = new Memory();
    const linear = exports[reachable.memoryName] as MovableBytes;
    const backing = backingOf(linear, binary, memoryPagesMax(definition, binary));
    this.memory.addRegion({ name: "linear memory", basePage: 0, backing, stores: "unseen" });
    const { duplication: options } = definition;
    const { memory } = this;
    this.duplication = options && new Drivers({ memory, basePage: RESERVED_PAGE, options });
    this.#machine.attach(this.memory, exports);
    this.#globals = new GlobalRegisters(reachable.globals, exports);
    this.#service = definition.boot(this.#machine);
    const { receiveAddress } = this.#service;
    assert(receiveAddress % 8 === 0, "the network card's memory is aligned");
    assert(ReceiveRingControl.sizeBytes <= 64, "the ring's counters fit in front of its slots");
    this.ring = new ReceiveRing(this.memory, receiveAddress, receiveAddress + 64);
  }

  protected costNs(packet: Uint8Array): Nanoseconds {
    return this.#service.costNs(packet);
  }

  protected serve(packet: Uint8Array): void {
    this.#service.serve(packet);
  }

  protected isFault(thrown: unknown): boolean {
    return thrown instanceof WebAssembly.RuntimeError || isMemoryFault(thrown);
  }

  protected saveOwnRegisters(): Uint8Array {
    const bytes = new Uint8Array(SIZE_REGISTER_BYTES + this.#globals.sizeBytes);
    new DataView(bytes.buffer).setUint32(0, this.#pageCount, true);
    bytes.set(this.#globals.save(), SIZE_REGISTER_BYTES);
    return bytes;
  }

  protected checkOwnRegisters(bytes: Uint8Array): void {
    if (bytes.length < SIZE_REGISTER_BYTES) {
      throw new StandinRangeError(
        "GUEST_REGISTERS",
        `expected the size of the memory, got ${bytes.length} bytes`,
      );
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const pageCount = view.getUint32(0, true);
    const { maxPages } = this.memory.regions[0]!.backing;
    // A program can ask for the size of its memory, and no linear memory shrinks.
    const whole = (pageCount * PAGE_SIZE) % GROWTH_BYTES === 0;
    if (!whole || pageCount < this.#pageCount || pageCount > maxPages) {
      throw new StandinRangeError(
        "GUEST_REGISTERS",
        `expected a memory of ${this.#pageCount} to ${maxPages} pages, got one of ${pageCount}`,
      );
    }
    if (view.getUint32(4, true) !== 0) {
      throw new StandinRangeError("GUEST_REGISTERS", "expected zeros, got something else");
    }
    this.#globals.check(bytes.subarray(SIZE_REGISTER_BYTES));
  }

  protected loadOwnRegisters(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const grown = this.#machine.grow(view.getUint32(0, true) * PAGE_SIZE);
    assert(grown, "registers that were checked fit the machine");
    this.#globals.load(bytes.subarray(SIZE_REGISTER_BYTES));
  }

  get #pageCount(): number {
    return this.memory.regions[0]!.pageCount;
  }
}

function backingOf(memory: MovableBytes, { mapBytes }: WasmBinary, maxPages: number): Backing {
  if (mapBytes > 0) return new MarkedBacking(memory, { mapBytes, maxPages });
  return LinearBacking.over(memory, { maxPages });
}

function memoryPagesMax(
  { memoryBytesMax = MEMORY_BYTES_MAX_DEFAULT }: WasmDefinition,
  { reachable }: WasmBinary,
): number {
  const { initialBytes, maximumBytes = Number.POSITIVE_INFINITY } = reachable.memory;
  const wanted = Math.min(memoryBytesMax, maximumBytes);
  if (Number.isInteger(wanted / GROWTH_BYTES) && wanted >= initialBytes) return wanted / PAGE_SIZE;
  throw new StandinRangeError(
    "WASM_MEMORY",
    `memoryBytesMax: expected a multiple of ${GROWTH_BYTES} of at least ${initialBytes}, got ${memoryBytesMax}`,
  );
}

/**
 * A guest image from a WebAssembly module. A machine is an instance of its own: its linear memory is the
 * machine's memory, without copying; its mutable globals and the size of the memory are the registers.
 * Stores of the program are not seen; they are found by comparison, or by the marks of a program that is
 * instrumented (`storeMarks` of the region's backing).
 *
 * Each request is one call into the program, so between two calls of the machine no frame of the
 * program is on the stack, and memory and registers are all there is. That holds for programs that
 * change no table and drop no passive segment after booting, and whose host functions keep nothing.
 *
 * A program that traps stops its machine for good; `panic` says why.
 *
 * @throws StandinRangeError `WASM_MEMORY` for a bound of the memory below what the module begins with.
 *   StandinTypeError `WASM_UNSUPPORTED` for a program that cannot be instrumented.
 */
export function wasmGuest(definition: WasmDefinition): GuestImage {
  const { instrument = false, broken } = definition;
  const binary = instrument ? definition.binary.instrumented(broken) : definition.binary;
  memoryPagesMax(definition, binary);
  return {
    name: definition.name,
    create: (services) => new WasmGuest(definition, binary, services),
    executions: (guest, client) => definition.executions(guest, client),
    workload: (client, random) => definition.workload(client, random),
  };
}
