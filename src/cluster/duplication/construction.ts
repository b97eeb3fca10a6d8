import { SILENCE } from "../../guest/copy-guest.ts";
import { placeProfile, reservedProfile } from "../../guest/drivers.ts";
import type { Guest, GuestDuplication, GuestIdentity, GuestImage } from "../../guest/guest.ts";
import { MemoryDigest } from "../../memory/memory-digest.ts";
import { PAGE_SIZE } from "../../memory/page.ts";
import { assert } from "../../sim/assert.ts";
import { machineDigest, reservedDigest } from "./machine-digest.ts";
import type { SourceMessage } from "./message.ts";

/** What a machine under construction is made of. */
export interface ConstructionOptions {
  readonly image: GuestImage;
  /** The profile as it lies in the host's protected memory. */
  readonly profile: Uint8Array;
  /** Bytes of memory that the host has for it. */
  readonly roomBytes: number;
  /** True is a defect for tests to notice: pages of the protected range are taken like any. */
  readonly takesProtected: boolean;
}

/**
 * A machine that a target receives: booted, with its profile in reserved memory, and never run. What comes is
 * looked at before it is taken; whatever does not fit is refused, and the machine then is none.
 */
export class Construction {
  readonly guest: Guest;
  readonly #duplication: GuestDuplication;
  readonly #options: ConstructionOptions;
  readonly #placed: string;
  #groups = 0;
  #pages = 0;
  #hasBegun = false;

  /** Boots the machine, for nobody to hear, and puts the profile into its reserved memory. */
  constructor(options: ConstructionOptions) {
    const { image, profile } = options;
    this.#options = options;
    this.guest = image.create(SILENCE);
    const { duplication } = this.guest;
    assert(duplication !== undefined, "a machine that is duplicated has reserved memory");
    this.#duplication = duplication;
    placeProfile(this.guest.memory, duplication.reserved, profile);
    this.#placed = this.profileDigest;
  }

  /** Hash of what lies in its reserved memory now. */
  get profileDigest(): string {
    return reservedDigest(this.guest.memory, this.#duplication.reserved);
  }

  /** Hash of all else, with its registers. */
  get stateDigest(): string {
    const { memory } = this.guest;
    const registers = this.guest.saveRegisters();
    return machineDigest(new MemoryDigest(memory), registers, this.#duplication.reserved);
  }

  /** What its drivers go by. */
  get identity(): GuestIdentity {
    return this.#duplication.identity;
  }

  /** @returns Why it cannot take such a machine, if it cannot. */
  offered({ image, regionPages }: SourceMessage & { type: "offer" }): string | undefined {
    const { name } = this.#options.image;
    if (image !== name) return `expected a machine of ${name}, got one of ${image}`;
    const bytes = regionPages.reduce((sum, pages) => sum + pages * PAGE_SIZE, 0);
    const { roomBytes } = this.#options;
    if (bytes > roomBytes) return `expected at most ${roomBytes} bytes of memory, got ${bytes}`;
    return this.#misfit(regionPages);
  }

  /** The machine gets memory as large as the source's. @returns Why it cannot, if it cannot. */
  begin({ regionPages }: SourceMessage & { type: "begin" }): string | undefined {
    const misfit = this.#misfit(regionPages);
    if (misfit !== undefined) return misfit;
    for (const [index, region] of this.guest.memory.regions.entries()) {
      if (regionPages[index]! > region.pageCount) region.grow(regionPages[index]!);
    }
    this.#hasBegun = true;
    return undefined;
  }

  /** Takes a group of pages, all or none. @returns Why not, if it does not. */
  take({ group, pages }: SourceMessage & { type: "pages" }): string | undefined {
    if (!this.#hasBegun || group !== this.#groups + 1) {
      return `expected group ${this.#groups + 1} of a copy that has begun, got ${group}`;
    }
    const { memory } = this.guest;
    for (const { page } of pages) {
      if (!isPage(page) || memory.regionAt(page) === undefined) {
        return `expected pages of the machine, got page ${page}`;
      }
      if (this.#isProtected(page)) return `expected no page of protected memory, got page ${page}`;
    }
    for (const { page, bytes } of pages) memory.hostWrite(page, bytes);
    this.#groups = group;
    this.#pages += pages.length;
    return undefined;
  }

  /** All has come: loads the registers. @returns Why the machine is not whole, if it is not. */
  commit({ groups, pages, registers }: SourceMessage & { type: "commit" }): string | undefined {
    if (!this.#hasBegun || groups !== this.#groups || pages !== this.#pages) {
      return `expected ${groups} groups with ${pages} pages, got ${this.#groups} with ${this.#pages}`;
    }
    try {
      this.guest.loadRegisters(registers);
    } catch (error) {
      if (error instanceof RangeError) return error.message;
      throw error;
    }
    return undefined;
  }

  /** The drivers look for the profile. @returns Why the machine does not go by it, if it does not. */
  configure(): string | undefined {
    for (const driver of this.#duplication.drivers) driver.resume();
    const found = reservedProfile(this.guest.memory, this.#duplication.reserved);
    if (typeof found === "string") return `the profile is ${found}`;
    if (this.profileDigest !== this.#placed) return "the profile has changed";
    const { address, hostName } = this.identity;
    if (address === found.address && hostName === found.hostName) return undefined;
    return `a driver does not go by the profile: expected ${found.address}, got ${address ?? "the source's address"}`;
  }

  #misfit(regionPages: readonly number[]): string | undefined {
    const { regions } = this.guest.memory;
    const fits = regions.every(({ pageCount, maxPages }, index) => {
      const wanted = regionPages[index] ?? 0;
      return wanted >= pageCount && wanted <= maxPages;
    });
    if (fits && regions.length === regionPages.length) return undefined;
    const sizes = regions
      .map(({ pageCount, maxPages }) => `${pageCount} to ${maxPages}`)
      .join(", ");
    return `expected regions of ${sizes} pages, got ${regionPages.join(", ")}`;
  }

  #isProtected(page: number): boolean {
    const { firstPage, pageCount } = this.#duplication.reserved;
    return !this.#options.takesProtected && page >= firstPage && page < firstPage + pageCount;
  }
}

/** Whether a number can be that of a page at all: of the 64 GiB of the largest memory. */
function isPage(page: number): boolean {
  return page < 0x100_0000;
}
