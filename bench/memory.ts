// stores and loads through the TLB, collecting, comparing and hashing, beside plain loops and copies
import { LinearBacking } from "#src/memory/linear-backing";
import { Memory } from "#src/memory/memory";
import { MemoryDigest } from "#src/memory/memory-digest";
import { PageSet } from "#src/memory/page-set";
import { ShadowTracker } from "#src/memory/shadow-tracker";
import { SlatTracker } from "#src/memory/slat-tracker";
import { SparseBacking } from "#src/memory/sparse-backing";

const RUNS = Number(process.argv[2] ?? 9);
const PAGE_SIZE = 4096;
const MIB = 1024 * 1024;
const ACCESSES = 8_000_000;
const MACHINES = 2_000;

/** What is timed: the work of one run, in the unit that its rate is given in. */
interface Measured {
  readonly name: string;
  readonly unit: "M/s" | "GB/s" | "µs";
  /** Accesses, bytes or calls of one run. */
  readonly amount: number;
  run(): void;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

function rate({ unit, amount }: Measured, milliseconds: number): number {
  if (unit === "µs") return (milliseconds * 1000) / amount;
  return amount / milliseconds / (unit === "M/s" ? 1e3 : 1e6);
}

/** Runs all in turns, so that a slow moment of the machine meets all alike, and prints medians. */
function table(title: string, all: readonly Measured[]): void {
  const times = all.map((): number[] => []);
  // The first rounds are for the compiler and do not count.
  for (let round = -4; round < RUNS; round += 1) {
    for (const [index, measured] of all.entries()) {
      const startedAt = performance.now();
      measured.run();
      if (round >= 0) times[index]!.push(performance.now() - startedAt);
    }
  }
  console.log(`\n${title}`);
  const base = all[0]!;
  for (const [index, measured] of all.entries()) {
    const value = rate(measured, median(times[index]!));
    const share = value / rate(base, median(times[0]!));
    const beside =
      measured.unit === base.unit && index > 0 ? `  ${share.toFixed(2)} of the first` : "";
    console.log(
      `  ${measured.name.padEnd(52)}${value.toFixed(2).padStart(9)} ${measured.unit}${beside}`,
    );
  }
}

function machine(pageCount: number): Memory {
  const memory = new Memory();
  memory.addRegion({
    name: "ram",
    basePage: 0,
    backing: new SparseBacking(pageCount),
    stores: "seen",
  });
  return memory;
}

/** Distinct bytes in every word. */
function fill(buffer: ArrayBuffer): void {
  const words = new Int32Array(buffer);
  for (let at = 0; at < words.length; at += 1) words[at] = Math.imul(at + 1, 0x9e37_79b1);
}

let sink = 0;

// Each loop is a function of its own: shared, the compiler would see several memories in one place.
const plainWords = new Int32Array(64 * 1024);
const near = machine(16_384);
const far = machine(16_384);
const loaded = machine(16_384);
const next = (state: number): number => (Math.imul(state, 1_103_515_245) + 12_345) | 0;
for (let page = 0; page < 1_024; page += 1) far.store8(page * PAGE_SIZE, 1);
table(`${ACCESSES / 1e6} million 32-bit accesses at random addresses`, [
  {
    name: "stores to a typed array, 64 pages",
    unit: "M/s",
    amount: ACCESSES,
    run() {
      for (let count = 0, x = 1; count < ACCESSES; count += 1) {
        x = next(x);
        plainWords[(x >>> 10) & 0xffff] = x;
      }
    },
  },
  {
    name: "stores through the TLB, 64 pages (all hits)",
    unit: "M/s",
    amount: ACCESSES,
    run() {
      for (let count = 0, x = 1; count < ACCESSES; count += 1) {
        x = next(x);
        near.store32((x >>> 8) & 0x3_fffc, x);
      }
    },
  },
  {
    name: "loads through the TLB, 64 pages (all hits)",
    unit: "M/s",
    amount: ACCESSES,
    run() {
      for (let count = 0, x = 1; count < ACCESSES; count += 1) {
        x = next(x);
        sink = (sink + loaded.load32((x >>> 8) & 0x3_fffc)) | 0;
      }
    },
  },
  {
    name: "stores through the TLB, 1,024 pages (15 of 16 walk)",
    unit: "M/s",
    amount: ACCESSES,
    run() {
      for (let count = 0, x = 1; count < ACCESSES; count += 1) {
        x = next(x);
        far.store32((x >>> 8) & 0x3f_fffc, x);
      }
    },
  },
]);

const COLLECTIONS = 2_000;
const collected = machine(16_384);
const tracker = new SlatTracker(collected);
tracker.start();
const pages = new PageSet();
table("one machine of 64 MiB, 64 pages written all over it", [
  {
    name: "64 stores, each a walk",
    unit: "µs",
    amount: COLLECTIONS,
    run() {
      for (let count = 0; count < COLLECTIONS; count += 1) {
        for (let page = 0; page < 16_384; page += 256) collected.store8(page * PAGE_SIZE, count);
        collected.tlb.invalidate();
      }
    },
  },
  {
    name: "the same and collecting the dirty pages",
    unit: "µs",
    amount: COLLECTIONS,
    run() {
      for (let count = 0; count < COLLECTIONS; count += 1) {
        for (let page = 0; page < 16_384; page += 256) collected.store8(page * PAGE_SIZE, count);
        pages.clear();
        tracker.collect(pages);
        if (pages.size !== 64) throw new Error("expected 64 pages");
      }
    },
  },
]);

const SCANNED = 16 * MIB;
const source = new ArrayBuffer(SCANNED);
const target = new ArrayBuffer(SCANNED);
fill(source);
const scanned = new Memory();
scanned.addRegion({
  name: "linear",
  basePage: 0,
  backing: LinearBacking.over(source),
  stores: "unseen",
});
const shadow = new ShadowTracker(scanned);
shadow.start();
const digest = new MemoryDigest(scanned);
const written = machine(16_384);
const incremental = new MemoryDigest(written);
const bytes = new Uint8Array(source);
let salt = 0;
function dirty(step: number): void {
  salt += 1;
  for (let page = 0; page < SCANNED / PAGE_SIZE; page += step)
    bytes[page * PAGE_SIZE + 2_048] = salt;
}
new Uint8Array(target).set(bytes);
table("16 MiB of linear memory, looked at once", [
  {
    name: "copy (Uint8Array.set)",
    unit: "GB/s",
    amount: SCANNED,
    run() {
      new Uint8Array(target).set(bytes);
    },
  },
  {
    name: "compare (Buffer.compare, Node only)",
    unit: "GB/s",
    amount: SCANNED,
    run() {
      sink += Buffer.compare(new Uint8Array(target), bytes);
    },
  },
  {
    name: "shadow tracker, nothing written",
    unit: "GB/s",
    amount: SCANNED,
    run() {
      pages.clear();
      shadow.collect(pages);
    },
  },
  {
    name: "shadow tracker, 1 page in 100 written",
    unit: "GB/s",
    amount: SCANNED,
    run() {
      dirty(100);
      pages.clear();
      shadow.collect(pages);
    },
  },
  {
    name: "shadow tracker, every other page written",
    unit: "GB/s",
    amount: SCANNED,
    run() {
      dirty(2);
      pages.clear();
      shadow.collect(pages);
    },
  },
  {
    name: "digest, in full",
    unit: "GB/s",
    amount: SCANNED,
    run() {
      sink += digest.digest().length;
    },
  },
]);

const mostlyZero = new WebAssembly.Memory({ initial: SCANNED / 65_536 });
new Uint8Array(mostlyZero.buffer).set(bytes.subarray(0, SCANNED / 20));
const guest = new Memory();
guest.addRegion({
  ...{ name: "wasm", basePage: 0, stores: "unseen" },
  backing: LinearBacking.over(mostlyZero),
});
const guestShadow = new ShadowTracker(guest);
guestShadow.start();
for (let page = 0; page < SCANNED / PAGE_SIZE; page += 1) guestShadow.copied(page);
const guestDigest = new MemoryDigest(guest);
table("16 MiB of a WebAssembly memory, 19 pages of 20 zero", [
  {
    name: "shadow tracker after a first copy, nothing written",
    unit: "GB/s",
    amount: SCANNED,
    run() {
      pages.clear();
      guestShadow.collect(pages);
    },
  },
  {
    name: "digest, in full",
    unit: "GB/s",
    amount: SCANNED,
    run() {
      sink += guestDigest.digest().length;
    },
  },
]);

const DIGESTS = 200;
table("digest of 64 MiB of sparse memory", [
  {
    name: "64 pages written since the last",
    unit: "µs",
    amount: DIGESTS,
    run() {
      for (let count = 0; count < DIGESTS; count += 1) {
        for (let page = 0; page < 16_384; page += 256) written.store8(page * PAGE_SIZE, count);
        written.tlb.invalidate();
        sink += incremental.digest().length;
      }
    },
  },
  {
    name: "nothing written since the last",
    unit: "µs",
    amount: DIGESTS,
    run() {
      written.tlb.invalidate();
      for (let count = 0; count < DIGESTS; count += 1) sink += incremental.digest().length;
    },
  },
]);

function occupied(): number {
  gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const before = occupied();
const untouched = Array.from({ length: MACHINES }, () => machine(16_384));
const made = occupied();
for (const memory of untouched) {
  for (let page = 0; page < 16_384; page += 256) memory.store8(page * PAGE_SIZE, 1);
}
const touched = occupied();
console.log(`\n${MACHINES} machines of 64 MiB, each`);
const kib = (amount: number): string => `${(amount / MACHINES / 1024).toFixed(1).padStart(9)} KiB`;
console.log(`  ${"untouched".padEnd(52)}${kib(made - before)}`);
console.log(
  `  ${"with 64 pages (256 KiB) touched all over it".padEnd(52)}${kib(touched - before)}`,
);
if (untouched.length !== MACHINES || Number.isNaN(sink)) throw new Error("nothing was measured");
