import type { Memory } from "../memory/memory.ts";
import type { RandomStream } from "../sim/random.ts";
import type { Nanoseconds } from "../sim/time.ts";

import type { MemoryMapEntry } from "./firmware/memory-map.ts";

import type { Profile } from "./profile.ts";

/** A read of a machine's disk, at the moment at which it is done. */
export interface DiskRead {
  /** Bytes that the machine asked for, at most 512 KiB. */
  readonly sizeBytes: number;
  /** The guest's own time from when it asked for them. */
  readonly tookNs: Nanoseconds;
  /** Reads them from the machine's own disk: bytes that the caller keeps. */
  readonly own: () => Uint8Array;
}

/**
 * What the host provides to a machine. A guest reads time and randomness from here and nowhere
 * else, and calls neither while it boots: a boot gives the same memory every time.
 */
export interface GuestServices {
  /** The host's clock. It may stand still, jump or run backwards, as clocks of hosts do. */
  now(): Nanoseconds;
  /** 32 random bits, 0 to 2^32 - 1. */
  random32(): number;
  /**
   * 32 bits that decide which processor of the machine runs next and for how long. Apart from
   * {@link GuestServices.random32} because no hypervisor can log it: processors decide it between themselves.
   * Default: they come from there.
   */
  turn32?(): number;
  /**
   * What a read of the machine's disk comes to: bytes that the disk puts into the machine's memory, as many as
   * were asked for, and does not change. Default: what the machine's own disk holds, as in a boot.
   */
  diskRead?(read: DiskRead): Uint8Array;
  /** Sends a packet. The guest gives the bytes away and does not touch them again. */
  transmit(packet: Uint8Array): void;
}

/** What a stretch of running came to. */
export interface GuestRun {
  /** Virtual time used, at most the budget. */
  readonly usedNs: Nanoseconds;
  /** `"idle"`: nothing left to do until the next input. `"budget"`: stopped with work left. */
  readonly boundary: "idle" | "budget";
}

/**
 * The storage of a machine, as whoever quiesces it sees it. That it is blocked is no part of the machine's
 * state; that requests wait which it was told of is.
 */
export interface GuestStorage {
  /** Requests that were taken and are not done. They are done as the machine runs. */
  readonly activeRequests: number;
  /** From now on no request is taken: new ones wait in their queue. Nothing happens if none is. */
  block(): void;
  /**
   * Requests are taken again, beginning with those that wait, as soon as the machine runs. Nothing happens if
   * they are. A machine that has loaded registers is not blocked.
   */
  unblock(): void;
}

/** Pages of a machine that lie beside each other. */
export interface PageSpan {
  readonly firstPage: number;
  readonly pageCount: number;
}

/** A driver of a machine, as whoever duplicates the machine sees it. */
export interface GuestDriver {
  readonly name: string;
  /** Whether it knows of profiles. A machine with a driver that does not cannot be duplicated. */
  readonly duplicates: boolean;
  /** The machine resumes: looks into reserved memory and does as a profile there says, or as it was built. */
  resume(): void;
}

/** Who a machine is, as its drivers have it from a profile; what is absent is as it was built. */
export type GuestIdentity = { readonly [Key in keyof Profile]?: Profile[Key] | undefined };

/** A machine's part in its duplication (US11620196). */
export interface GuestDuplication {
  /** All its drivers. */
  readonly drivers: readonly GuestDriver[];
  /** Memory for a profile: no transfer of the machine's state to a duplicate touches it. */
  readonly reserved: PageSpan;
  /** What its drivers go by since they last resumed. */
  readonly identity: GuestIdentity;
}

/**
 * What runs inside a machine. Between two calls the whole state of a guest lies in its memory and
 * its registers: copying both into another guest of the same image makes that one continue as this
 * one would.
 */
export interface Guest {
  readonly memory: Memory;
  /**
   * Why the machine stopped for good, for people to read; `undefined` while it works. A machine
   * that has stopped is idle for ever. That it stopped is part of its registers, the text is not.
   */
  readonly panic?: string | undefined;
  /**
   * Whether input may come at any boundary, as it does to a machine with interrupts, and not only when
   * the guest is idle. Default false.
   */
  readonly interruptible?: boolean;
  /**
   * Instructions begun so far, where the guest counts them: with it a position in its execution can be told.
   * Part of its registers.
   */
  readonly instructionCount?: number;
  /** Processors that run it, in turns that nobody can log. Default 1. */
  readonly processorCount?: number;
  /**
   * What the firmware's memory map says, read from the machine's own memory as its operating system reads it.
   * Absent where there is none: nothing was reserved.
   */
  readMemoryMap?(): readonly MemoryMapEntry[];
  /** Its storage, if it has one whose requests can be kept waiting. */
  readonly storage?: GuestStorage | undefined;
  /**
   * Its drivers and reserved memory, if it has any that know of duplication. Drivers resume whenever
   * registers are loaded.
   */
  readonly duplication?: GuestDuplication | undefined;
  /**
   * Gives the guest an input, as its network card would: by writing into its memory. What does not
   * fit into its receive ring is dropped, as network cards do.
   *
   * @param packet Copied; the caller keeps it.
   */
  deliver(packet: Uint8Array): void;
  /**
   * Runs until the budget is used or nothing is left to do.
   *
   * @param budgetNs Longest time to use, an integer of at least 1.
   */
  run(budgetNs: Nanoseconds): GuestRun;
  /** All state outside the memory; a copy that the caller keeps. Always of the same length. */
  saveRegisters(): Uint8Array;
  /**
   * Takes over registers that {@link Guest.saveRegisters} of a guest of the same image returned.
   *
   * @param bytes Copied.
   * @throws RangeError if they are malformed; the guest is then unchanged.
   */
  loadRegisters(bytes: Uint8Array): void;
}

/** The requests of one client, in order. */
export interface Workload {
  /**
   * The payload of a request; called once for each number, from 1 upwards.
   *
   * @returns Bytes that the caller keeps.
   */
  request(number: number): Uint8Array;
}

/** A program that can be booted on any host, any number of times. */
export interface GuestImage {
  readonly name: string;
  /**
   * Whether what a machine answers follows from its requests and their order alone. Default true. False for
   * programs that answer with the time or random numbers, and for several processors that race: what another
   * machine would have answered is then nothing to compare with.
   */
  readonly deterministic?: boolean;
  /** Boots a machine. The same calls in the same order, so the same memory, every time. */
  create(services: GuestServices): Guest;
  /**
   * How often each request of a client was executed, read from the guest's own memory. Leaves the
   * guest as it is. Requests that were never executed are absent.
   */
  executions(guest: Guest, client: number): ReadonlyMap<number, number>;
  /**
   * The same program on a machine whose firmware keeps a range of memory, right behind the RAM, from its
   * operating system. Absent for images that cannot be told of it.
   *
   * @param sizeBytes A multiple of 4,096, at least one page.
   */
  reserving?(sizeBytes: number): GuestImage;
  /** Requests that make sense to this program; the same for the same client and stream. */
  workload(client: number, random: RandomStream): Workload;
}
