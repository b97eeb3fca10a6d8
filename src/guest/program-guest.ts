import { Memory } from "../memory/memory.ts";
import { PAGE_SIZE } from "../memory/page.ts";
import { SparseBacking } from "../memory/sparse-backing.ts";
import { assert } from "../sim/assert.ts";
import { StandinRangeError } from "../sim/errors.ts";
import type { RandomStream } from "../sim/random.ts";
import { type Nanoseconds, us } from "../sim/time.ts";

import { Drivers, type DuplicationOptions } from "./drivers.ts";

import { type MemoryMapEntry, putMemoryMap, readMemoryMap } from "./firmware/memory-map.ts";
import { expectReservedBytes } from "./firmware/reserved-bytes.ts";

import type { Guest, GuestImage, GuestServices, Workload } from "./guest.ts";
import { isMemoryFault } from "./memory-fault.ts";
import { decodePacket, encodePacket } from "./packet.ts";
import { PacketGuest } from "./packet-guest.ts";
import { PageAllocator, PageAllocatorControl } from "./page-allocator.ts";
import { RECEIVE_RING_BYTES, ReceiveRing, ReceiveRingControl } from "./receive-ring.ts";
import { readJournal } from "./session-audit.ts";
import { SESSION_DIRECTORY_BYTES } from "./session-directory.ts";
import { expectWindow, SESSION_WINDOW_DEFAULT, Sessions } from "./sessions.ts";

/*
 * Page 0 of every program guest, so that a request dirties few pages:
 *
 *      0  page allocator
 *     16  counters of the receive ring
 *     64  directory of sessions
 *   3072  1 KiB for the program
 *
 * Pages 1 to 4 are the slots of the receive ring; the rest is handed out by the allocator.
 */
const ALLOCATOR_ADDRESS = 0;
const RING_CONTROL_ADDRESS = 16;
const DIRECTORY_ADDRESS = 64;
const RING_SLOTS_ADDRESS = PAGE_SIZE;
const FIRST_FREE_PAGE = 1 + RECEIVE_RING_BYTES / PAGE_SIZE;

/** Address of the kilobyte of page 0 that belongs to the program; see {@link PROGRAM_AREA_BYTES}. */
export const PROGRAM_AREA_ADDRESS = 3_072;

/** Bytes at {@link PROGRAM_AREA_ADDRESS}: the place for what changes with every request. */
export const PROGRAM_AREA_BYTES: number = PAGE_SIZE - PROGRAM_AREA_ADDRESS;

assert(PageAllocatorControl.sizeBytes <= RING_CONTROL_ADDRESS, "the allocator fits page 0");
assert(RING_CONTROL_ADDRESS + ReceiveRingControl.sizeBytes <= DIRECTORY_ADDRESS, "the ring fits");
assert(DIRECTORY_ADDRESS + SESSION_DIRECTORY_BYTES <= PROGRAM_AREA_ADDRESS, "sessions fit");

const MEMORY_PAGES_MIN = 16;
/** The session directory names pages in two bytes. */
const MEMORY_PAGES_MAX = 0x1_0000;

/** Options that every program guest has. */
export interface ProgramOptions {
  /** Bytes of the machine's memory: a multiple of 4,096 from 64 KiB to 256 MiB. Default 1 MiB. */
  readonly memoryBytes?: number;
  /** Virtual time of one request, an integer from 1 ns to an hour. Default 10 µs. */
  readonly serviceNs?: Nanoseconds;
  /** Replies kept for each client for its retries, 1 to 256. Default 32. */
  readonly window?: number;
  /** Makes it a machine that can be duplicated, with reserved memory for a profile. Default: it is none. */
  readonly duplication?: DuplicationOptions;
  /** Broken on purpose, for tests of the checks: executes a retried request again. Default false. */
  readonly executeRetries?: boolean;
  /** False is broken on purpose: packets written to memory are not marked dirty. Default true. */
  readonly logDeviceWrites?: boolean;
}

/** Where a program finds itself when it is booted. */
export interface ProgramMachine {
  /** The only place for state. Zero at boot, but for what lies below the program. */
  readonly memory: Memory;
  /** More memory. The kilobyte at {@link PROGRAM_AREA_ADDRESS} is there without asking. */
  readonly allocator: PageAllocator;
  /** Clock and random source, for requests; nobody asks them while booting. See {@link GuestImage.deterministic}. */
  readonly services: Pick<GuestServices, "now" | "random32">;
}

/**
 * A program: a function of request and memory. It may hold addresses and layouts that are the same
 * after every boot, and nothing that changes: what it remembers lies in memory.
 */
export interface Program {
  /** Bytes of the largest reply, 1 to 1,464. */
  readonly replyBytesMax: number;
  /**
   * Does what a request asks for. Whatever a client sends must be answered, malformed requests too.
   *
   * @param payload A copy that the program keeps.
   * @returns The reply's payload; the program gives it away.
   */
  execute(payload: Uint8Array): Uint8Array;
}

/** What a program guest is made of. */
export interface ProgramDefinition extends ProgramOptions {
  readonly name: string;
  /** Sets up the program in a machine's empty memory; the same way every time. */
  boot(machine: ProgramMachine): Program;
  /** See {@link GuestImage.workload}. */
  workload(client: number, random: RandomStream): Workload;
}

class ProgramGuest extends PacketGuest {
  readonly memory: Memory;
  override readonly duplication: Drivers | undefined;
  protected readonly ring: ReceiveRing;
  readonly #serviceNs: Nanoseconds;
  readonly #sessions: Sessions;
  readonly #program: Program;
  readonly readMemoryMap?: () => readonly MemoryMapEntry[];

  constructor(
    definition: ProgramDefinition,
    pageCount: number,
    services: GuestServices,
    reservedBytes = 0,
  ) {
    super(services);
    this.#serviceNs = serviceTime(definition);
    this.memory = new Memory({ logDeviceWrites: definition.logDeviceWrites ?? true });
    const backing = new SparseBacking(pageCount);
    this.memory.addRegion({ name: "ram", basePage: 0, backing, stores: "seen" });
    const { duplication: options } = definition;
    const { memory } = this;
    this.duplication = options && new Drivers({ memory, basePage: MEMORY_PAGES_MAX, options });
    this.ring = new ReceiveRing(this.memory, RING_CONTROL_ADDRESS, RING_SLOTS_ADDRESS);
    let usablePages = pageCount;
    if (reservedBytes > 0) {
      putMemoryMap(this.memory, pageCount * PAGE_SIZE, reservedBytes);
      this.readMemoryMap = () => readMemoryMap(this.memory);
      usablePages = pagesIn(this.readMemoryMap());
    }
    const allocator = new PageAllocator(this.memory, ALLOCATOR_ADDRESS, usablePages);
    allocator.begin(FIRST_FREE_PAGE);
    this.#program = definition.boot({ memory: this.memory, allocator, services });
    this.#sessions = new Sessions({
      memory: this.memory,
      allocator,
      directoryAddress: DIRECTORY_ADDRESS,
      replyBytesMax: this.#program.replyBytesMax,
      window: definition.window ?? SESSION_WINDOW_DEFAULT,
      executeRetries: definition.executeRetries ?? false,
    });
  }

  protected costNs(): Nanoseconds {
    return this.#serviceNs;
  }

  protected serve(bytes: Uint8Array): void {
    const request = decodePacket(bytes);
    // What is no request has no sender to be answered.
    if (request === undefined) return;
    const { client, number } = request;
    const payload = this.#sessions.answer(request, (asked) => this.#program.execute(asked));
    this.services.transmit(encodePacket({ client, number, payload }));
  }

  protected isFault(thrown: unknown): boolean {
    // as a pointer from a damaged page makes it
    return isMemoryFault(thrown);
  }

  protected saveOwnRegisters(): Uint8Array {
    return new Uint8Array(0);
  }

  protected checkOwnRegisters(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    throw new StandinRangeError(
      "GUEST_REGISTERS",
      `expected no further registers, got ${bytes.length} bytes`,
    );
  }

  protected loadOwnRegisters(): void {
    // a program guest has none
  }
}

/** Pages that a program may use: what firmware says of the range from address 0. */
function pagesIn(map: readonly MemoryMapEntry[]): number {
  const own = map.find(({ address, kind }) => address === 0 && kind === "usable");
  assert(own !== undefined, "firmware leaves the operating system something");
  return own.sizeBytes / PAGE_SIZE;
}

function memoryPages({ memoryBytes = 1 << 20 }: ProgramOptions): number {
  const pageCount = memoryBytes / PAGE_SIZE;
  if (
    Number.isInteger(pageCount) &&
    pageCount >= MEMORY_PAGES_MIN &&
    pageCount <= MEMORY_PAGES_MAX
  ) {
    return pageCount;
  }
  throw new StandinRangeError(
    "PROGRAM_MEMORY",
    `memoryBytes: expected a multiple of ${PAGE_SIZE} from ${MEMORY_PAGES_MIN * PAGE_SIZE} to ` +
      `${MEMORY_PAGES_MAX * PAGE_SIZE}, got ${memoryBytes}`,
  );
}

function serviceTime({ serviceNs = us(10) }: ProgramOptions): Nanoseconds {
  if (Number.isSafeInteger(serviceNs) && serviceNs >= 1 && serviceNs <= 3_600_000_000_000) {
    return serviceNs;
  }
  throw new StandinRangeError(
    "PROGRAM_SERVICE_TIME",
    `serviceNs: expected an integer from 1 ns to an hour, got ${serviceNs}`,
  );
}

/**
 * A guest image from a program in TypeScript: a machine with one region of sparse memory, a receive
 * ring, and sessions that execute each request exactly once.
 *
 * @throws StandinRangeError `PROGRAM_MEMORY`, `PROGRAM_SERVICE_TIME` or `SESSION_WINDOW` for an option
 *   out of range.
 */
export function programGuest(definition: ProgramDefinition): GuestImage {
  const pageCount = memoryPages(definition);
  serviceTime(definition);
  expectWindow(definition.window ?? SESSION_WINDOW_DEFAULT);
  const create = (services: GuestServices): Guest =>
    new ProgramGuest(definition, pageCount, services);
  const image: GuestImage = {
    name: definition.name,
    create,
    executions: (guest, client) => readJournal(guest.memory, DIRECTORY_ADDRESS, client),
    workload: (client, random) => definition.workload(client, random),
  };
  const reserving = (reservedBytes: number): GuestImage => {
    expectReservedBytes(reservedBytes);
    return {
      ...image,
      create: (services) => new ProgramGuest(definition, pageCount, services, reservedBytes),
    };
  };
  return { ...image, reserving };
}
