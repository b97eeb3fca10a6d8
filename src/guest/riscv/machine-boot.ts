import type { Memory } from "../../memory/memory.ts";
import { ADDRESS_PAGES_MAX, PAGE_SIZE } from "../../memory/page.ts";
import { SparseBacking } from "../../memory/sparse-backing.ts";
import { StandinRangeError } from "../../sim/errors.ts";
import { type MachineTreeOptions, machineTree } from "./device-tree.ts";
import { expectNoTreeRequest } from "./device-tree-request.ts";
import { type AddressRange, type LoadedImage, rangesOverlap, shownRange } from "./loaded-image.ts";
import { DISK_BASE, type DiskOptions, type RiscvMachineOptions } from "./machine-options.ts";

/** A device tree begins at a whole number of these bytes. */
const TREE_ALIGNMENT_BYTES = 8;

/** Puts all segments into memory, which is zero where they are to lie, past the processor. */
export function loadImages(memory: Memory, images: readonly LoadedImage[]): void {
  for (const { segments } of images) {
    for (const { address, bytes } of segments) putBytes(memory, address, bytes);
  }
}

/**
 * Writes bytes from outside the machine, as a loader does before it starts.
 *
 * @param bytes Copied.
 */
export function putBytes(memory: Memory, address: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) {
    const offset = (address + done) % PAGE_SIZE;
    const length = Math.min(PAGE_SIZE - offset, bytes.length - done);
    const page = Math.floor((address + done) / PAGE_SIZE);
    const contents = memory.page(page).slice();
    contents.set(bytes.subarray(done, done + length), offset);
    memory.hostWrite(page, contents);
    done += length;
  }
}

/**
 * Adds the region `disk`, beyond what the harts reach, with its first contents.
 *
 * @throws StandinRangeError `DISK_RANGE`, `DISK_CONTENTS`.
 */
export function addDisk(memory: Memory, { sizeBytes, contents }: DiskOptions): void {
  const pageCount = Math.ceil(sizeBytes / PAGE_SIZE);
  const basePage = DISK_BASE / PAGE_SIZE;
  if (!(pageCount >= 1 && pageCount <= ADDRESS_PAGES_MAX - basePage)) {
    throw new StandinRangeError(
      "DISK_RANGE",
      `expected a disk of at least one sector and at most 60 GiB, got ${sizeBytes} bytes`,
    );
  }
  if (contents !== undefined && contents.length > sizeBytes) {
    throw new StandinRangeError(
      "DISK_CONTENTS",
      `expected contents of at most ${sizeBytes} bytes, got ${contents.length} bytes`,
    );
  }
  const backing = new SparseBacking(pageCount);
  memory.addRegion({ name: "disk", basePage, backing, stores: "seen", medium: "disk" });
  if (contents !== undefined) putBytes(memory, DISK_BASE, contents);
}

/** What a device tree tells beside what somebody wishes, and what lies in memory already. */
export interface TreeFacts extends Omit<MachineTreeOptions, "commandLine" | "reservedRanges"> {
  readonly taken: readonly AddressRange[];
}

/**
 * Puts the machine's device tree into memory, if there is to be one.
 *
 * @returns Where it lies.
 * @throws StandinRangeError `DEVICE_TREE_ABSENT`, `DEVICE_TREE_NO_ROOM`, and as {@link machineTree}.
 */
export function putTree(
  memory: Memory,
  wishes: Pick<RiscvMachineOptions, "deviceTree" | "commandLine" | "reservedRanges">,
  { taken, ...facts }: TreeFacts,
): AddressRange | undefined {
  const { deviceTree = true, commandLine = "", reservedRanges = [] } = wishes;
  if (!deviceTree) {
    const { firmware } = facts;
    const told = firmware === undefined ? reservedRanges : [...reservedRanges, firmware];
    expectNoTreeRequest(commandLine, told);
    return undefined;
  }
  const blob = machineTree({ ...facts, commandLine, reservedRanges });
  const place = placeTree(blob.length, facts.memory, [...taken, ...reservedRanges]);
  putBytes(memory, place.address, blob);
  return place;
}

/**
 * The highest place in memory for a device tree that touches nothing else: where an operating system
 * looks last for room.
 *
 * @param taken What lies in memory already.
 * @throws StandinRangeError `DEVICE_TREE_NO_ROOM`.
 */
export function placeTree(
  sizeBytes: number,
  memory: AddressRange,
  taken: readonly AddressRange[],
): AddressRange {
  let address = below(memory.address + memory.sizeBytes, sizeBytes);
  while (address >= memory.address) {
    const range = { address, sizeBytes };
    const obstacle = taken.find((each) => rangesOverlap(each, range));
    if (obstacle === undefined) return range;
    address = below(obstacle.address, sizeBytes);
  }
  throw new StandinRangeError(
    "DEVICE_TREE_NO_ROOM",
    `expected room for a device tree of ${sizeBytes} bytes in the memory of ${shownRange(memory)}, got none beside the image and the reserved ranges`,
  );
}

function below(end: number, sizeBytes: number): number {
  return end - sizeBytes - ((end - sizeBytes) % TREE_ALIGNMENT_BYTES);
}
