import { ContiguousBacking } from "../../src/memory/contiguous-backing.ts";
import { Extent } from "../../src/memory/extent.ts";
import { Memory, type MemoryOptions } from "../../src/memory/memory.ts";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { SparseBacking } from "../../src/memory/sparse-backing.ts";
import type { DirtyTracker } from "../../src/memory/tracker.ts";
import { addWasm, WASM_BASE } from "./machines.ts";
import type { DrawnWrite, Route, Subject } from "./tracker-contract.ts";

/** Pages from this one on lie in one buffer, to which a processor stores by itself. */
export const DIRECT_BASE = 0x8_0000;

/** How many there are. */
export const DIRECT_PAGES = 6;

/** Which regions the machine under a tracker has. */
export interface SubjectOptions extends MemoryOptions {
  /**
   * Two sparse regions, 70 pages at page 0 and 5 at page 1,000, and the pages in one buffer. Pages 64
   * apart share a TLB slot.
   */
  readonly seen: boolean;
  /** A WebAssembly memory of 16 pages. */
  readonly unseen: boolean;
}

/** A machine with the tracker that `track` puts on it, and every way of writing to it. */
export function subject(
  { seen, unseen, ...options }: SubjectOptions,
  track: (memory: Memory) => DirtyTracker,
): Subject {
  const memory = new Memory(options);
  const growths: (() => void)[] = [];
  if (seen) {
    const add = (name: string, basePage: number, pages: number): void => {
      const backing = new SparseBacking(pages, pages + 10);
      const region = memory.addRegion({ name, basePage, backing, stores: "seen" });
      growths.push(() => region.grow(pages + 3));
    };
    add("low", 0, 70);
    add("high", 1_000, 5);
    const backing = new ContiguousBacking(DIRECT_PAGES);
    memory.addRegion({ name: "direct", basePage: DIRECT_BASE, backing, stores: "seen" });
  }
  const linear = unseen ? addWasm(memory) : undefined;
  if (linear !== undefined) {
    growths.push(
      () => linear.grow(1),
      () => memory.regions.at(-1)?.grow(48),
    );
  }
  const routes = { ...routesTo(memory, linear), ...(seen && directRoute(memory)) };
  return { memory, tracker: track(memory), routes, growths };
}

/** As a processor stores to bytes at hand, at any alignment: a walk where none is cached. */
function directRoute(memory: Memory): Readonly<Record<string, Route>> {
  const region = memory.regionAt(DIRECT_BASE)!;
  const direct = memory.direct(region);
  const { bytes } = region.backing.extentOf(0);
  const store = ({ page, offset, value }: DrawnWrite): void => {
    const at = Math.min((page % DIRECT_PAGES) * PAGE_SIZE + offset, bytes.length - 4);
    const last = DIRECT_BASE + Math.floor((at + 3) / PAGE_SIZE);
    for (let walked = DIRECT_BASE + Math.floor(at / PAGE_SIZE); walked <= last; walked += 1) {
      if (!direct.isStoreCached(walked)) direct.walkToStore(walked);
    }
    bytes.fill(value, at, at + 4);
  };
  return { "the processor itself": store };
}

function routesTo(
  memory: Memory,
  linear: WebAssembly.Memory | undefined,
): Readonly<Record<string, Route>> {
  /** The address of a drawn write, and the bytes left from there to the end of its region. */
  const place = ({ page, offset }: DrawnWrite): { address: number; room: number } => {
    const pages = memory.regions.flatMap(({ basePage, pageCount }) =>
      Array.from({ length: pageCount }, (_, at) => basePage + at),
    );
    const number = pages[page % pages.length]!;
    const { basePage, pageCount } = memory.regionAt(number)!;
    const address = number * PAGE_SIZE + offset;
    return { address, room: (basePage + pageCount) * PAGE_SIZE - address };
  };
  const store =
    (bytes: number, act: (address: number, value: number) => void): Route =>
    (write) => {
      const { address, room } = place(write);
      act(address - Math.max(0, bytes - room), write.value);
    };
  const range =
    (act: (address: number, bytes: Uint8Array) => void): Route =>
    (write) => {
      const { address, room } = place(write);
      act(address, new Uint8Array(Math.min(write.length, room)).fill(write.value));
    };
  const page = (write: DrawnWrite): number => Math.floor(place(write).address / PAGE_SIZE);
  return {
    store8: store(1, (address, value) => memory.store8(address, value)),
    store16: store(2, (address, value) => memory.store16(address, value)),
    store32: store(4, (address, value) => memory.store32(address, value)),
    store64: store(8, (address, value) => memory.store64(address, BigInt(value) * 0x1_0000_0001n)),
    write: range((address, bytes) => memory.write(address, bytes)),
    dmaWrite: range((address, bytes) => memory.dmaWrite(address, bytes)),
    hostWrite: (write) =>
      memory.hostWrite(page(write), new Uint8Array(PAGE_SIZE).fill(write.value)),
    hostExchange: (write) => {
      const copy = new Extent(new ArrayBuffer(PAGE_SIZE), 0, PAGE_SIZE);
      copy.bytes.fill(write.value);
      memory.hostExchange(page(write), copy, 0);
    },
    zeroPage: (write) => memory.zeroPage(page(write)),
    ...(linear && {
      "the guest itself": (write: DrawnWrite) => {
        const bytes = new Uint8Array(linear.buffer);
        const { address } = place(write);
        const at = address - WASM_BASE * PAGE_SIZE;
        bytes.fill(write.value, at < 0 ? write.offset : at, (at < 0 ? write.offset : at) + 1);
      },
    }),
  };
}
