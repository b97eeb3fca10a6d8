// events per second of the engine with 10, 1,000 and 10,000 sleeping processes, beside SimPy
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { Engine } from "#src/sim/engine";
import { type Process, sleep } from "#src/sim/process";

const PROCESS_COUNTS = [10, 1_000, 10_000];
const EVENTS = 600_000;
const RUNS = Number(process.argv[2] ?? 7);
const PYTHON = "/usr/bin/python3";
const SIMPY_PROGRAM = "bench/simpy/sleepers.py";
const RATIO_WANTED = 5;

interface Run {
  readonly seconds: number;
  /** Virtual time at the end: the same for the same work. */
  readonly now: number;
}

/** The same arithmetic as in the SimPy program: both draw the same delays. */
function* sleeper(number: number, passes: number): Process {
  let state = number;
  for (let pass = 0; pass < passes; pass += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    yield* sleep(1 + ((state >> 8) % 1_000_000));
  }
}

function* recordingSleeper(engine: Engine, number: number, passes: number): Process {
  let state = number;
  for (let pass = 0; pass < passes; pass += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    engine.trace.emit({ kind: "bench.pass", number, pass });
    yield* sleep(1 + ((state >> 8) % 1_000_000));
  }
}

function runEngine(processes: number, body: (engine: Engine, number: number) => Process): Run {
  const engine = new Engine({ seed: 1 });
  const owner = engine.createOwner("bench");
  for (let number = 1; number <= processes; number += 1) {
    engine.spawn(`sleeper ${number}`, owner, () => body(engine, number));
  }
  const startedAt = performance.now();
  const { now } = engine.run();
  return { seconds: (performance.now() - startedAt) / 1000, now };
}

/** Null, with the reason printed, where SimPy cannot be run. */
function simpyVersion(): string | null {
  if (!existsSync(PYTHON)) {
    console.log(`SimPy: skipped, there is no ${PYTHON}`);
    return null;
  }
  const code = "import simpy; print(simpy.__version__)";
  const { status, stdout } = spawnSync(PYTHON, ["-c", code], { encoding: "utf8" });
  if (status === 0) return stdout.trim();
  console.log(
    `SimPy: skipped, ${PYTHON} has no module simpy (Debian: apt-get install python3-simpy3)`,
  );
  return null;
}

function runSimpy(processes: number, passes: number): Run {
  const args = [SIMPY_PROGRAM, String(processes), String(passes)];
  const { status, stdout, stderr } = spawnSync(PYTHON, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`the SimPy program failed: ${stderr}`);
  return JSON.parse(stdout) as Run;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

const megaEvents = (value: number): string => `${(value / 1e6).toFixed(2)} M/s`.padStart(11);

const simpy = simpyVersion();
console.log(
  `${EVENTS} events a run, medians of ${RUNS} runs taken in turns, trace hash on; ` +
    `Node ${process.versions.node}${simpy === null ? "" : `, SimPy ${simpy}`}`,
);
console.log(" processes    engine  with records      SimPy   engine / SimPy");
let isFastEnough = true;
for (const processes of PROCESS_COUNTS) {
  const passes = EVENTS / processes;
  const plain: number[] = [];
  const recording: number[] = [];
  const theirs: number[] = [];
  // The first round is for the compiler and does not count.
  for (let run = 0; run <= RUNS; run += 1) {
    const isCounted = run > 0;
    const bare = runEngine(processes, (_, number) => sleeper(number, passes));
    const full = runEngine(processes, (engine, number) => recordingSleeper(engine, number, passes));
    if (bare.now !== full.now) throw new Error("records changed the run");
    if (!isCounted) continue;
    plain.push(EVENTS / bare.seconds);
    recording.push(EVENTS / full.seconds);
    if (simpy === null) continue;
    const other = runSimpy(processes, passes);
    if (other.now !== bare.now) throw new Error("SimPy did other work");
    theirs.push(EVENTS / other.seconds);
  }
  let line = `${String(processes).padStart(10)}${megaEvents(median(plain))}${megaEvents(median(recording))}`;
  if (simpy !== null) {
    const ratio = median(plain) / median(theirs);
    if (ratio < RATIO_WANTED) isFastEnough = false;
    line += `${megaEvents(median(theirs))}   ${ratio.toFixed(1)} x`;
  }
  console.log(line);
}
if (!isFastEnough) {
  console.log(`expected at least ${RATIO_WANTED} times SimPy for every number of processes`);
  process.exitCode = 1;
}
