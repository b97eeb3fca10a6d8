import type { Memory } from "../memory/memory.ts";
import { PAGE_SIZE } from "../memory/page.ts";
import { SparseBacking } from "../memory/sparse-backing.ts";
import type { GuestDriver, GuestDuplication, GuestIdentity, PageSpan } from "./guest.ts";
import { decodeProfile, type FoundProfile, type Profile } from "./profile.ts";

/** Names of the drivers that machines here have. */
export type DriverName = "system" | "network" | "storage";

/** How a machine is made that can be duplicated; an empty object will do. */
export interface DuplicationOptions {
  /** Drivers that do not know of profiles: a machine with one of them cannot be duplicated. Default none. */
  readonly unsupported?: readonly DriverName[];
}

/** Where the drivers of a machine are to be, and what hardware of it they change. */
export interface DriversParts {
  /** Gets a region `reserved` of one page. */
  readonly memory: Memory;
  /** Where, in the guest-physical address space; nothing else lies there. */
  readonly basePage: number;
  readonly options: DuplicationOptions;
  /** Called when the network driver has a profile, or none any more. */
  readonly onNetwork?: (profile: Profile | undefined) => void;
  /** The same for the storage driver. */
  readonly onStorage?: (profile: Profile | undefined) => void;
}

/**
 * The drivers of a machine and its reserved memory: one page for a profile, which the machine never
 * writes. Nothing of what they do is state of its own; it follows from the page, and is found again
 * wherever the machine's memory and registers come to be.
 *
 * Source: US11620196 (drivers register whether they can be duplicated, and check reserved memory for a
 * profile when they resume).
 */
export class Drivers implements GuestDuplication {
  readonly reserved: PageSpan;
  readonly drivers: readonly GuestDriver[];
  #identity: GuestIdentity = {};

  constructor({ memory, basePage, options, onNetwork, onStorage }: DriversParts) {
    const backing = new SparseBacking(1);
    memory.addRegion({ name: "reserved", basePage, backing, stores: "seen" });
    this.reserved = { firstPage: basePage, pageCount: 1 };
    const found = (): Profile | undefined => profileIn(memory, this.reserved);
    const take = (part: Partial<GuestIdentity>): void => {
      this.#identity = { ...this.#identity, ...part };
    };
    const driver = (
      name: DriverName,
      look: (profile: Profile | undefined) => void,
    ): GuestDriver => {
      const duplicates = options.unsupported?.includes(name) !== true;
      // One that does not know of profiles goes on as it is.
      return { name, duplicates, resume: () => duplicates && look(found()) };
    };
    this.drivers = [
      driver("system", (profile) => take({ hostName: profile?.hostName, role: profile?.role })),
      driver("network", (profile) => {
        const { address, hardwareAddress } = profile ?? {};
        take({ address, hardwareAddress });
        onNetwork?.(profile);
      }),
      driver("storage", (profile) => {
        take({ storage: profile?.storage });
        onStorage?.(profile);
      }),
    ];
  }

  get identity(): GuestIdentity {
    return this.#identity;
  }

  /** All drivers look for a profile. */
  resume(): void {
    for (const driver of this.drivers) driver.resume();
  }
}

/** What lies in a machine's reserved memory. */
export function reservedProfile(memory: Memory, { firstPage }: PageSpan): FoundProfile {
  return decodeProfile(memory.page(firstPage));
}

/** Puts a profile into a machine's reserved memory, past the machine. @param bytes Copied. */
export function placeProfile(memory: Memory, { firstPage }: PageSpan, bytes: Uint8Array): void {
  const page = new Uint8Array(PAGE_SIZE);
  page.set(bytes);
  memory.hostWrite(firstPage, page);
}

function profileIn(memory: Memory, reserved: PageSpan): Profile | undefined {
  const found = reservedProfile(memory, reserved);
  return typeof found === "string" ? undefined : found;
}
