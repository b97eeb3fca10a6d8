import { INNER_STORE } from "../../src/memory/composed-entry.ts";
import { ContiguousBacking } from "../../src/memory/contiguous-backing.ts";
import type { InnerTlb } from "../../src/memory/inner-tlb.ts";
import { Memory, type MemoryOptions } from "../../src/memory/memory.ts";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { SparseBacking } from "../../src/memory/sparse-backing.ts";
import type { DirtyTracker } from "../../src/memory/tracker.ts";
import type { DrawnWrite, Route, Subject } from "./tracker-contract.ts";

/** Page of the first byte of memory, where all of {@link InnerMachine} lies. */
export const BASE_PAGE = 0x8_0000;

const PAGES = 20;

/** The last page is the hypervisor's table. */
const TABLE_PAGE: number = BASE_PAGE + PAGES - 1;

/** Pages that the table leaves. */
export const FREE_PAGES: number = PAGES - 1;

/** The only inner machine's number. */
export const SPACE = 7;

/**
 * A hypervisor of the plainest kind: the table is one page of words, each of which leads one inner page to
 * a page of memory, or is 0. Inner pages 0 to 18 lead to the pages of the same numbers at first.
 */
export class InnerMachine {
  readonly memory: Memory;
  readonly tlb: InnerTlb;
  readonly #bytes: Uint8Array;
  #generation = 0;

  constructor(options: MemoryOptions = {}) {
    this.memory = new Memory(options);
    const backing = new ContiguousBacking(PAGES);
    const region = this.memory.addRegion({
      name: "ram",
      basePage: BASE_PAGE,
      backing,
      stores: "seen",
    });
    this.memory.direct(region);
    this.#bytes = new Uint8Array(backing.buffer);
    this.tlb = this.memory.innerTlb();
    for (let page = 0; page < FREE_PAGES; page += 1) this.map(page, page);
  }

  /** Where the table's word for an inner page lies. */
  wordAddress(innerPage: number): number {
    return TABLE_PAGE * PAGE_SIZE + 4 * innerPage;
  }

  /** A word that leads to a page of memory; unlike the one before, though it may lead to the same. */
  word(page: number): number {
    this.#generation += 1;
    return this.#generation * 256 + page + 1;
  }

  /** Leads an inner page to a page of memory, as the processor stores. */
  map(innerPage: number, page: number): void {
    this.memory.store32(this.wordAddress(innerPage), this.word(page));
  }

  /** Stores a byte as the inner machine does. */
  store(innerPage: number, offset: number, value: number): void {
    this.tlb.select(SPACE);
    const page = this.find(innerPage);
    this.#bytes[(page - BASE_PAGE) * PAGE_SIZE + offset] = value;
  }

  /** The page that an inner store goes to, its entry made if it is not there. */
  find(innerPage: number): number {
    const found = this.tlb.find(innerPage, INNER_STORE);
    if (found >= 0) return found;
    const source = this.wordAddress(innerPage);
    const page = BASE_PAGE + (this.memory.load32(source) % 256) - 1;
    const entry = { space: SPACE, innerPage, page, permissions: 3, sources: [source] };
    this.memory.composed.add(entry);
    return this.tlb.find(innerPage, INNER_STORE);
  }
}

/** An {@link InnerMachine} under a tracker, with every way for bytes and for table words to be written. */
export function innerSubject(
  track: (memory: Memory) => DirtyTracker,
  options: MemoryOptions = {},
): Subject {
  const machine = new InnerMachine(options);
  const { memory } = machine;
  const extra = memory.addRegion({
    name: "extra",
    basePage: 5,
    backing: new SparseBacking(2, 6),
    stores: "seen",
  });
  const pageOf = ({ page }: DrawnWrite): number => page % FREE_PAGES;
  const inner = (write: DrawnWrite): void => {
    machine.store(pageOf(write), write.offset, write.value);
  };
  /** An inner store, and then something that takes its translation away. */
  const innerThen =
    (act: (innerPage: number, write: DrawnWrite) => void): Route =>
    (write) => {
      inner(write);
      act(pageOf(write), write);
    };
  const word = (page: number): Uint8Array =>
    new Uint8Array(new Uint32Array([machine.word(page)]).buffer);
  const other = (write: DrawnWrite): number => (pageOf(write) + (write.value & 3)) % FREE_PAGES;
  const routes: Record<string, Route> = {
    store8: (write) => {
      memory.store8((BASE_PAGE + pageOf(write)) * PAGE_SIZE + write.offset, write.value);
    },
    "an inner store": inner,
    "an inner store, then a store to the table": innerThen((innerPage, write) =>
      machine.map(innerPage, other(write)),
    ),
    "an inner store, then a device's write": innerThen((innerPage, write) =>
      memory.dmaWrite(machine.wordAddress(innerPage), word(other(write))),
    ),
    "an inner store, then a range stored": innerThen((innerPage, write) => {
      // from the end of the word before to within its own
      const bytes = Uint8Array.of(0, ...word(other(write)));
      memory.write(machine.wordAddress(innerPage), bytes.subarray(1));
    }),
    "an inner store, then the host's write": innerThen((innerPage, write) => {
      const bytes = memory.page(TABLE_PAGE).slice();
      bytes.set(word(other(write)), 4 * innerPage);
      memory.hostWrite(TABLE_PAGE, bytes);
    }),
    "an inner store, then a fence": innerThen((innerPage) => memory.composed.fence(innerPage)),
    "an inner store, then a fence for all": innerThen(() => memory.composed.fence()),
    "inner stores under two names": innerThen((innerPage, write) => {
      machine.map(FREE_PAGES + innerPage, innerPage);
      machine.store(FREE_PAGES + innerPage, (write.offset + 9) % PAGE_SIZE, ~write.value);
    }),
  };
  return { memory, tracker: track(memory), routes, growths: [() => extra.grow(4)] };
}
