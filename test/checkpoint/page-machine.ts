import type { Guest, GuestImage, GuestServices } from "../../src/guest/guest.ts";
import { decodePacket } from "../../src/guest/packet.ts";
import { Memory } from "../../src/memory/memory.ts";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { SparseBacking } from "../../src/memory/sparse-backing.ts";

/** What a {@link pageMachine} is made of. */
export interface PageMachineOptions {
  /** Pages whose stores are seen, from page 0. Default 64. */
  readonly pages?: number;
  /** How many of these there is room for. Default no more. */
  readonly roomPages?: number;
  /** Pages behind that room whose stores are not seen. Default 0. */
  readonly unseenPages?: number;
  /** Pages of a disk behind those. Default 0. */
  readonly diskPages?: number;
  /** Writes pages 0 to this one, without it, as it boots. Default 0. */
  readonly bootPages?: number;
}

/**
 * A machine that does nothing by itself: each request is a list of pages, one byte each, in which it
 * writes the number of requests so far, which is its only register. It takes no time.
 */
export function pageMachine(options: PageMachineOptions = {}): GuestImage {
  return {
    name: "pages",
    create: (services) => boot(options, services),
    executions: () => new Map(),
    workload: () => ({ request: () => new Uint8Array(0) }),
  };
}

function boot(options: PageMachineOptions, services: GuestServices): Guest {
  const { pages = 64, roomPages = pages, unseenPages = 0, bootPages = 0 } = options;
  const { diskPages = 0 } = options;
  const memory = new Memory();
  const backing = new SparseBacking(pages, roomPages);
  memory.addRegion({ name: "seen", basePage: 0, backing, stores: "seen" });
  if (unseenPages > 0) {
    memory.addRegion({
      name: "unseen",
      basePage: roomPages,
      backing: new SparseBacking(unseenPages),
      stores: "unseen",
    });
  }
  if (diskPages > 0) {
    const basePage = roomPages + unseenPages;
    const disk = new SparseBacking(diskPages);
    memory.addRegion({ name: "disk", basePage, backing: disk, stores: "seen", medium: "disk" });
  }
  const registers = new Uint8Array(4);
  const write = (page: number, value: number): void => {
    const region = memory.regionAt(page)!;
    if (region.stores === "seen") memory.store8(page * PAGE_SIZE, value);
    else region.backing.touch(page - region.basePage)[0] = value;
  };
  for (let page = 0; page < bootPages; page += 1) write(page, 1 + page);
  return {
    memory,
    deliver(packet) {
      registers[0]! += 1;
      for (const page of decodePacket(packet)!.payload) write(page, registers[0]!);
      services.transmit(packet.slice());
    },
    run: () => ({ usedNs: 0, boundary: "idle" }),
    saveRegisters: () => registers.slice(),
    loadRegisters(bytes) {
      registers.set(bytes);
    },
  };
}
