import { assert } from "../sim/assert.ts";
import { StandinRangeError, StandinTypeError } from "../sim/errors.ts";
import { expectAddress, expectLength, expectPage } from "./bounds.ts";
import { ADDRESS_PAGES_MAX, PAGE_SIZE } from "./page.ts";
import { Region, type RegionOptions } from "./region.ts";

/** The flat guest-physical address space: which region each page belongs to. */
export class AddressSpace {
  readonly #regions: Region[] = [];
  /** The region found last: most look-ups are for the same one. */
  #recent: Region | undefined;

  /** All regions in the order in which they were added. */
  get regions(): readonly Region[] {
    return this.#regions;
  }

  /**
   * Adds a region and all the room that it may grow into.
   *
   * @throws `StandinRangeError` `PAGE_OUT_OF_RANGE` for a bad base page, `REGION_OUT_OF_RANGE` if it
   *   goes past the address space, `REGION_OVERLAP` if it reserves a page of another region;
   *   `StandinTypeError` `REGION_NAME`, `REGION_STORES`, `REGION_MEDIUM`.
   */
  add(options: RegionOptions): Region {
    const { name, basePage, backing, stores } = options;
    const endPage = basePage + backing.maxPages;
    expectPage(basePage, ADDRESS_PAGES_MAX);
    if (endPage > ADDRESS_PAGES_MAX) {
      throw new StandinRangeError(
        "REGION_OUT_OF_RANGE",
        `expected region "${name}" to end at page ${ADDRESS_PAGES_MAX} at the latest, got ${endPage}`,
      );
    }
    if (name === "" || this.#regions.some((region) => region.name === name)) {
      throw new StandinTypeError(
        "REGION_NAME",
        `expected a name that no other region has, got "${name}"`,
      );
    }
    const given: string = stores;
    if (given !== "seen" && given !== "unseen") {
      throw new StandinTypeError(
        "REGION_STORES",
        `expected the stores of region "${name}" to be "seen" or "unseen", got "${given}"`,
      );
    }
    const medium: string = options.medium ?? "memory";
    if (medium !== "memory" && medium !== "disk") {
      throw new StandinTypeError(
        "REGION_MEDIUM",
        `expected the medium of region "${name}" to be "memory" or "disk", got "${medium}"`,
      );
    }
    for (const other of this.#regions) {
      if (basePage >= other.basePage + other.maxPages || endPage <= other.basePage) continue;
      throw new StandinRangeError(
        "REGION_OVERLAP",
        `expected region "${name}" apart from ${describe(other)}, got ${span(basePage, endPage)}`,
      );
    }
    const region = new Region(options);
    this.#regions.push(region);
    assert(this.find(basePage - 1) !== region, "a region begins with its base page");
    return region;
  }

  /** The region in which a page exists, or `undefined`. */
  find(page: number): Region | undefined {
    if (this.#recent?.contains(page) === true) return this.#recent;
    for (const region of this.#regions) {
      if (!region.contains(page)) continue;
      this.#recent = region;
      return region;
    }
    return undefined;
  }

  /**
   * The region in which a page exists.
   *
   * @throws `StandinRangeError` `PAGE_OUT_OF_RANGE`.
   */
  regionOf(page: number): Region {
    expectPage(page, ADDRESS_PAGES_MAX);
    const region = this.find(page);
    if (region !== undefined) return region;
    throw new StandinRangeError(
      "PAGE_OUT_OF_RANGE",
      `expected a page of ${this.#describe()}, got page ${page}`,
    );
  }

  /**
   * The region in which an address lies.
   *
   * @throws `StandinRangeError` `ADDRESS_OUT_OF_RANGE`.
   */
  regionAt(address: number): Region {
    expectAddress(address);
    const page = Math.floor(address / PAGE_SIZE);
    const region = this.find(page);
    if (region === undefined) this.#refuse(address, 1, page);
    assert(page >= region.basePage, "an address lies in its region");
    return region;
  }

  /**
   * Refuses a range of addresses of which some page does not exist. A range may go across regions
   * that lie side by side; an empty one may be at any address.
   *
   * @throws `StandinRangeError` `ADDRESS_OUT_OF_RANGE`, `LENGTH_OUT_OF_RANGE`.
   */
  expectRange(address: number, length: number): void {
    expectAddress(address);
    expectLength(length);
    const endAddress = address + length;
    let page = Math.floor(address / PAGE_SIZE);
    while (page * PAGE_SIZE < endAddress) {
      const region = this.find(page);
      if (region === undefined) this.#refuse(address, length, page);
      assert(region.contains(page), "a region that is found has the page");
      page = region.basePage + region.pageCount;
    }
  }

  #refuse(address: number, length: number, page: number): never {
    const at = `0x${address.toString(16)}`;
    throw new StandinRangeError(
      "ADDRESS_OUT_OF_RANGE",
      `expected addresses within ${this.#describe()}, got ${length} bytes at ${at} (page ${page})`,
    );
  }

  #describe(): string {
    if (this.#regions.length === 0) return "a region, of which there is none";
    return this.#regions.map((region) => describe(region)).join(" or ");
  }
}

function describe(region: Region): string {
  const { name, basePage, pageCount, maxPages } = region;
  const room = maxPages > pageCount ? ` (room for ${maxPages})` : "";
  return `"${name}": ${span(basePage, basePage + pageCount)}${room}`;
}

function span(basePage: number, endPage: number): string {
  return endPage > basePage ? `pages ${basePage} to ${endPage - 1}` : `no page from ${basePage} on`;
}
