// record and replay: what logs weigh, how long a hybrid's recovery takes, and whether a Linux boot is replayed to the bit
import { existsSync, readFileSync } from "node:fs";
import {
  formatTime,
  ms,
  type Nanoseconds,
  type Scheme,
  Simulation,
  type StandinRecord,
  schemes,
  seconds,
  us,
} from "standin";
import {
  flatImage,
  type GuestImage,
  keyValue,
  riscvDiskReader,
  riscvGuest,
  riscvKeyValue,
  riscvMuncher,
} from "standin/guests";
import { LINUX_IMAGE_PATH } from "../examples/linux/kernel.ts";
import { loadSqlite } from "../examples/sqlite/sqlite.ts";

type Of<K extends StandinRecord["kind"]> = Extract<StandinRecord, { kind: K }> & { atNs: number };

interface Load {
  readonly requests?: number;
  readonly think?: Nanoseconds;
  readonly untilNs: Nanoseconds;
  readonly crashAtNs?: Nanoseconds;
  readonly console?: boolean;
}

/** Runs a machine on hosts a and b, and keeps what is told of its log. */
function protectedRun(image: GuestImage, scheme: Scheme, load: Load) {
  const simulation = new Simulation({ seed: 7 });
  const records: (StandinRecord & { atNs: number })[] = [];
  simulation.trace.addSink({
    record(atNs, _position, record) {
      if (/^(log|replay|stretch|failover)\./.test(record.kind)) {
        records.push({ atNs, ...(record as StandinRecord) });
      }
    },
  });
  const { a, b } = simulation.hosts(["a", "b"]);
  const machine = simulation.protect(image, { primary: a, secondary: b, scheme });
  const { requests = 0, think = us(500), crashAtNs } = load;
  if (requests > 0) simulation.client(machine, { requests, think });
  if (load.console === true) simulation.console(machine);
  if (crashAtNs !== undefined) {
    simulation.at(crashAtNs, () => {
      a.crash();
    });
  }
  simulation.run({ until: load.untilNs });
  const of = <K extends StandinRecord["kind"]>(kind: K) =>
    records.filter((record): record is Of<K> => record.kind === kind);
  return { simulation, machine, of };
}

function logRate(
  name: string,
  image: GuestImage,
  load: Load,
  scheme: Scheme = schemes.vmwareFt(),
): void {
  const { of } = protectedRun(image, scheme, load);
  const sent = of("log.sent");
  const bits = 8 * sent.reduce((sum, { bytes }) => sum + bytes, 0);
  const entries = sent.reduce((sum, each) => sum + each.entries, 0);
  const durationS = (sent.at(-1)!.atNs - sent[0]!.atNs) / 1e9;
  console.log(
    `  ${name.padEnd(34)}${(bits / durationS / 1e6).toFixed(2).padStart(8)} Mbit/s ${String(Math.round(entries / durationS)).padStart(8)} entries/s`,
  );
}

function recovery(period: Nanoseconds): void {
  const image = keyValue({ serviceNs: us(400) });
  const load = { requests: 8_000, think: us(450), untilNs: seconds(6), crashAtNs: ms(1_990) };
  const { of } = protectedRun(image, schemes.hybrid({ period }), load);
  const [started, finished] = [of("replay.started")[0]!, of("replay.finished")[0]!];
  const replayNs = finished.atNs - started.atNs;
  console.log(
    `  every ${formatTime(period).padEnd(8)} ${String(finished.entries).padStart(6)} entries replayed in ${formatTime(replayNs).padStart(14)}`,
  );
}

/** Replays a boot; every state that both sides have looked at is compared by the run itself. */
function boot(name: string, image: GuestImage, untilNs: Nanoseconds): void {
  const began = performance.now();
  const load = { untilNs, console: true };
  const { simulation, of } = protectedRun(image, schemes.vmwareFt(), load);
  const [recorded, replayed] = [of("stretch.recorded"), of("stretch.replayed")];
  const states = new Map(recorded.map(({ position, digest }) => [position, digest]));
  const equal = replayed.filter(({ position, digest }) => states.get(position) === digest).length;
  const last = replayed.at(-1)?.position ?? 0;
  const printed = simulation.consoles[0]!.transcript.length;
  console.log(
    `  ${name.padEnd(10)}${formatTime(untilNs)}: ${equal} of ${replayed.length} states equal up to entry ${last}, ${of("replay.diverged").length} divergences, ${printed} bytes printed (${((performance.now() - began) / 1e3).toFixed(1)} s)`,
  );
  if (equal !== replayed.length || equal === 0) process.exitCode = 1;
}

console.log(
  "logs (VMware FT, 2010: 1.5 SPECjbb, 3.0 kernel compile; idle 1.43 at 1000 Hz, 0.15 at 82 Hz)",
);
const sqlite = await loadSqlite();
const busy = { requests: 2_000, untilNs: seconds(1) };
logRate("key-value, 2,000 requests/s", keyValue(), busy);
logRate("RISC-V key-value, 2,000 requests/s", riscvKeyValue(), busy);
logRate("SQLite, 2,000 requests/s", sqlite(), busy);
logRate("RISC-V muncher, timer at 1000 Hz", riscvMuncher(), { untilNs: seconds(1) });
console.log("machines that read their disk: reads in the log, or read again by the secondary");
for (const [sectorsPerRead, period, what] of [
  [8, 10_000, "4 KiB every 1 ms"],
  [8, 100_000, "4 KiB every 10 ms"],
  [128, 100_000, "64 KiB every 10 ms"],
] as const) {
  for (const diskReads of ["logged", "own"] as const) {
    const image = riscvDiskReader({ sectorsPerRead, period });
    const scheme = schemes.vmwareFt({ diskReads });
    logRate(`${what}, ${diskReads}`, image, { untilNs: seconds(1) }, scheme);
  }
}
console.log("recovery of a hybrid by its period (key-value, 0.4 ms a request, dies after 1.99 s)");
for (const period of [ms(25), ms(100), ms(250), ms(500), seconds(1), seconds(2)]) recovery(period);
console.log("boots, recorded on one host and replayed on the other");
boot("muncher", riscvMuncher({ reportRounds: 10 }), ms(300));
if (existsSync(LINUX_IMAGE_PATH)) {
  const image = flatImage(new Uint8Array(readFileSync(LINUX_IMAGE_PATH)));
  const commandLine = "console=ttyS0 earlycon";
  const linux = riscvGuest({ name: "linux", image, memoryBytes: 32 << 20, commandLine });
  boot("linux", linux, ms(1_200));
} else console.log(`  linux     not built: expected ${LINUX_IMAGE_PATH} (npm run build:linux)`);
