// ways of noticing writes: what collecting costs and what the first write to a page costs, side by side
import { chooseTracker, type TrackerName, type TrackerOptions } from "#src/memory/choose-tracker";
import { Memory } from "#src/memory/memory";
import { PageSet } from "#src/memory/page-set";
import { SparseBacking } from "#src/memory/sparse-backing";
import type { DirtyTracker } from "#src/memory/tracker";

const RUNS = Number(process.argv[2] ?? 9);
const PAGE_SIZE = 4096;
const MEMORY_PAGES = 16_384;
/** Collections of one run. */
const COLLECTIONS = 20;

/** A machine of 64 MiB, all of it in use, and what was measured of it. */
interface Tracked {
  readonly name: string;
  readonly memory: Memory;
  /** None for the machine that has its translations invalidated and is not tracked. */
  readonly tracker: DirtyTracker | undefined;
  /** Milliseconds of each run: all stores, all collections. */
  readonly writing: number[];
  readonly collecting: number[];
}

function tracked(name: string, tracker?: TrackerName, options?: TrackerOptions): Tracked {
  const memory = new Memory();
  const backing = new SparseBacking(MEMORY_PAGES);
  memory.addRegion({ name: "ram", basePage: 0, backing, stores: "seen" });
  for (let page = 0; page < MEMORY_PAGES; page += 1) memory.store8(page * PAGE_SIZE, 1);
  const made = tracker && chooseTracker(memory, tracker, options);
  made?.start();
  return { name, memory, tracker: made, writing: [], collecting: [] };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

const pages = new PageSet();
let salt = 1;

function run(
  { memory, tracker, writing, collecting }: Tracked,
  dirty: number,
  counts: boolean,
): void {
  const step = MEMORY_PAGES / dirty;
  let writingMs = 0;
  let collectingMs = 0;
  for (let round = 0; round < COLLECTIONS; round += 1) {
    const startedAt = performance.now();
    salt += 1;
    for (let page = 0; page < MEMORY_PAGES; page += step) memory.store32(page * PAGE_SIZE, salt);
    const writtenAt = performance.now();
    pages.clear();
    if (tracker === undefined) memory.tlb.invalidate();
    else tracker.collect(pages);
    collectingMs += performance.now() - writtenAt;
    writingMs += writtenAt - startedAt;
    if (tracker !== undefined && pages.size !== dirty) throw new Error(`${pages.size} pages`);
  }
  if (!counts) return;
  writing.push(writingMs);
  collecting.push(collectingMs);
}

function table(dirty: number): void {
  const all = [
    tracked("not tracked, translations invalidated"),
    tracked("slat", "slat"),
    tracked("slat, 4 workers", "slat", { scanWorkers: 4 }),
    tracked("write protection", "write-protection"),
    tracked("dirty ring, 4,096 entries", "dirty-ring"),
    tracked("shadow copy", "shadow"),
  ];
  // All in turns, so that a slow moment of the machine meets all alike; the first are for the compiler.
  for (let round = -3; round < RUNS; round += 1) for (const one of all) run(one, dirty, round >= 0);
  console.log(`\n64 MiB (${MEMORY_PAGES} pages), ${dirty} pages written between two collections`);
  console.log(
    `  ${"".padEnd(38)} ns/first write  µs/collection  M pages/s of memory  M dirty pages/s`,
  );
  for (const { name, tracker, writing, collecting } of all) {
    const writeNs = (median(writing) * 1e6) / COLLECTIONS / dirty;
    const collectUs = (median(collecting) * 1e3) / COLLECTIONS;
    const shown = (value: number, width: number): string => value.toFixed(2).padStart(width);
    const rates =
      tracker === undefined
        ? ""
        : `${shown(MEMORY_PAGES / collectUs, 21)}${shown(dirty / collectUs, 17)}`;
    console.log(`  ${name.padEnd(38)}${shown(writeNs, 15)}${shown(collectUs, 15)}${rates}`);
  }
}

for (const dirty of [64, 1_024]) table(dirty);
