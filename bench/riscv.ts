// the RISC-V machine: instructions a second, plain and with dirty tracking, beside an interpreter in C
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Hart } from "#src/guest/riscv/hart";
import { Processor } from "#src/guest/riscv/processor";
import { ContiguousBacking } from "#src/memory/contiguous-backing";
import { Memory } from "#src/memory/memory";
import { PageSet } from "#src/memory/page-set";
import { SlatTracker } from "#src/memory/slat-tracker";
import { COMPUTE } from "./riscv/compute.js";

const RUNS = Number(process.argv[2] ?? 9);
/** Instructions of one round. */
const ROUND = 30_000_000;
/** Instructions between two collections of dirty pages: 10 ms of the machine. */
const EPOCH = 1_000_000;
const MEBIBYTES = 32;
const COMPILER = "gcc";
const BASE_PAGE = 0x8_0000;
const PAGE_SIZE = 4096;
const SOURCE = fileURLToPath(new URL("../../bench/riscv/interpreter.c", import.meta.url));

interface Machine {
  readonly hart: Hart;
  readonly memory: Memory;
  readonly processor: Processor;
}

function machine(): Machine {
  const memory = new Memory();
  const backing = new ContiguousBacking((MEBIBYTES * 1024 * 1024) / PAGE_SIZE);
  const ram = memory.addRegion({ name: "ram", basePage: BASE_PAGE, backing, stores: "seen" });
  memory.write(BASE_PAGE * PAGE_SIZE, COMPUTE);
  const hart = new Hart(0);
  hart.pc = BASE_PAGE * PAGE_SIZE;
  const bus = { find: (): undefined => undefined };
  return { hart, memory, processor: new Processor({ hart, memory, ram, bus, time: () => 0 }) };
}

function execute({ processor }: Machine, instructions: number): void {
  const end = processor.run(instructions);
  if (end !== "limit") throw new Error(`expected to come to the limit, got "${end}"`);
}

/** As the interpreter in C computes it: equal after the same instructions. */
function hashOf({ hart }: Machine): number {
  let hash = hart.pc;
  for (const value of hart.x.subarray(1, 32)) hash = (Math.imul(hash, 31) + value) >>> 0;
  return hash;
}

/** Seconds of processor time, which other programs on the machine disturb less than the clock's. */
function timed(act: () => void): number {
  const startedAt = process.cpuUsage();
  act();
  const { user, system } = process.cpuUsage(startedAt);
  return (user + system) / 1e6;
}

/** What each round took in seconds; the first three are for the compiler and do not count. */
const seconds: Record<"plain" | "tracked" | "c", number[]> = { plain: [], tracked: [], c: [] };
const plain = machine();
const tracked = machine();
const tracker = new SlatTracker(tracked.memory);
tracker.start();
const pages = new PageSet();
let collected = 0;
let collecting = 0;

/** The rounds of the interpreter in C: its seconds, if there is a compiler. */
interface Interpreter {
  readonly round: () => void;
  readonly remove: () => void;
}

function compiled(): Interpreter | undefined {
  const folder = mkdtempSync(join(tmpdir(), "standin-bench-"));
  const [program, binary] = [join(folder, "compute.bin"), join(folder, "interpreter")];
  const remove = (): void => rmSync(folder, { recursive: true });
  writeFileSync(program, COMPUTE);
  if (spawnSync(COMPILER, ["-O2", "-o", binary, SOURCE], { stdio: "inherit" }).status !== 0) {
    remove();
    return undefined;
  }
  const round = (): void => {
    const given = [program, String(MEBIBYTES), "1", String(ROUND)];
    const { status, stdout } = spawnSync(binary, given, { encoding: "utf8" });
    const [took, hash] = stdout.trim().split(" ").map(Number);
    if (status !== 0 || took === undefined) throw new Error("the interpreter in C failed");
    const fresh = machine();
    execute(fresh, ROUND);
    if (hash !== hashOf(fresh)) throw new Error("the interpreter in C came to other registers");
    seconds.c.push(took);
  };
  return { round, remove };
}

const interpreter = compiled();
for (let round = -3; round < RUNS; round += 1) {
  const one = timed(() => execute(plain, ROUND));
  const other = timed(() => {
    for (let done = 0; done < ROUND; done += EPOCH) {
      execute(tracked, EPOCH);
      pages.clear();
      collecting += timed(() => tracker.collect(pages));
      collected += pages.size;
    }
  });
  if (hashOf(plain) !== hashOf(tracked)) throw new Error("tracking has changed the machine");
  if (round < 0) continue;
  seconds.plain.push(one);
  seconds.tracked.push(other);
  interpreter?.round();
}
interpreter?.remove();

const epochs = ((RUNS + 3) * ROUND) / EPOCH;
const median = (all: readonly number[]): number =>
  [...all].sort((a, b) => a - b)[all.length >> 1] ?? Number.NaN;
const rate = (all: readonly number[]): number => ROUND / 1e6 / median(all);
const row = (name: string, value: string): void => console.log(`  ${name.padEnd(44)}${value}`);
const speed = (name: string, all: readonly number[]): void =>
  row(name, `${rate(all).toFixed(0).padStart(5)} million instructions/s`);
const share = (of: readonly number[], to: readonly number[]): string =>
  (rate(of) / rate(to)).toFixed(2);

console.log(
  `a compute load, ${RUNS} rounds of ${ROUND / 1e6} million instructions, medians of processor time`,
);
speed("plain", seconds.plain);
speed(`tracked, collected every ${EPOCH / 1e6} million`, seconds.tracked);
row("plain, of tracked", share(seconds.plain, seconds.tracked).padStart(5));
if (interpreter === undefined) row("C interpreter", "not measured: gcc is missing");
else {
  speed("C interpreter, gcc -O2", seconds.c);
  row("plain, of the C interpreter", share(seconds.plain, seconds.c).padStart(5));
}
row("dirty pages of an epoch", (collected / epochs).toFixed(1).padStart(5));
row("a collection takes", `${((collecting / epochs) * 1e6).toFixed(1).padStart(5)} µs`);
