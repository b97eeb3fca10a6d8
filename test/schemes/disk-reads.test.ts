// covers src/lockstep/disk-reads.ts, src/lockstep/follower.ts, src/lockstep/machine-log.ts, src/schemes/logged.ts
import { expect, test } from "vitest";
import type { Scheme } from "../../src/cluster/scheme.ts";
import { DISK_BASE } from "../../src/guest/riscv/machine-options.ts";
import {
  type RiscvDiskReaderOptions,
  riscvDiskReader,
} from "../../src/guest/riscv/riscv-disk-reader.ts";
import { RiscvGuest } from "../../src/guest/riscv/riscv-guest.ts";
import { riscvJournal } from "../../src/guest/riscv/riscv-journal.ts";
import { mbps } from "../../src/host/bandwidth.ts";
import type { HardwareProfile } from "../../src/host/hardware-profile.ts";
import type { LinkOptions } from "../../src/host/link-options.ts";
import { modern } from "../../src/host/profiles/modern.ts";
import type { DiskReads } from "../../src/lockstep/disk-reads.ts";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { schemes } from "../../src/schemes/schemes.ts";
import { xxh32 } from "../../src/sim/hash.ts";
import { ms, type Nanoseconds, us } from "../../src/sim/time.ts";
import { Simulation } from "../../src/simulation/simulation.ts";
import type { StandinRecord } from "../../src/verify/standin-record.ts";
import { copyDifference, loggedRun } from "./logged-run.ts";

const made = {
  "vmware-ft": (diskReads: DiskReads) => schemes.vmwareFt({ diskReads }),
  hybrid: (diskReads: DiskReads) => schemes.hybrid({ diskReads, period: ms(40) }),
  shadow: (diskReads: DiskReads) => schemes.shadow({ diskReads, delay: ms(20) }),
} as const;
const cases = (Object.keys(made) as (keyof typeof made)[]).flatMap((name) =>
  (["logged", "own"] as const).map((diskReads) => [name, diskReads] as const),
);

const reading: RiscvDiskReaderOptions = { period: 5_000, reportReads: 10 };

interface Options {
  readonly reader?: RiscvDiskReaderOptions;
  readonly profile?: HardwareProfile;
  readonly link?: LinkOptions;
  readonly crashAtNs?: Nanoseconds;
  readonly untilNs?: Nanoseconds;
  readonly prepare?: (simulation: Simulation) => void;
}

/** Runs a machine that reads its disk, with a console; its host may die. */
function readingRun(scheme: Scheme, options: Options = {}) {
  const { reader = reading, profile = modern, crashAtNs, untilNs = ms(200) } = options;
  const simulation = new Simulation({ seed: 2, profile, onViolation: "record" });
  const records: (StandinRecord & { atNs: number })[] = [];
  simulation.trace.addSink({
    record(atNs, _position, record) {
      if (/^(log|replay|failover|checkpoint)\./.test(record.kind)) {
        records.push({ atNs, ...(record as StandinRecord) });
      }
    },
  });
  const { a, b } = simulation.hosts(["a", "b"], { latency: us(30), ...options.link });
  const image = riscvDiskReader(reader);
  const machine = simulation.protect(image, { primary: a, secondary: b, scheme });
  const console = simulation.console(machine);
  if (crashAtNs !== undefined) simulation.at(crashAtNs, () => a.crash());
  options.prepare?.(simulation);
  simulation.run({ until: untilNs });
  const of = <K extends StandinRecord["kind"]>(kind: K) =>
    records.filter(
      (record): record is StandinRecord & { kind: K } & { atNs: number } => record.kind === kind,
    );
  return { simulation, machine, image, console, a, b, of };
}

const sentBytes = (run: ReturnType<typeof readingRun>) =>
  run.of("log.sent").reduce((sum, { bytes }) => sum + bytes, 0);

test.each(cases)(
  "%s, %s: who stands in goes on as a machine that never failed",
  (name, diskReads) => {
    for (const crashAtNs of [ms(61), ms(83) + us(311), ms(104) + us(97)]) {
      const run = readingRun(made[name](diskReads), { crashAtNs, untilNs: ms(400) });
      const { simulation, machine, b, image, console } = run;
      expect(simulation.violations).toEqual([]);
      expect(machine.activeHost).toBe(b);
      expect(run.of("replay.diverged")).toEqual([]);
      expect(run.of("replay.finished")[0]!.entries).toBeGreaterThan(10);
      const survivor = simulation.inspect(machine);
      const alone = image.create({ now: () => 0, random32: () => 0, transmit: () => undefined });
      if (!(survivor instanceof RiscvGuest && alone instanceof RiscvGuest))
        throw new Error("RISC-V");
      alone.machine.run(survivor.machine.ticks);
      expect(survivor.machine.saveRegisters()).toEqual(alone.machine.saveRegisters());
      // RAM and disk; the console's ring knows where packets ended.
      const digests = ({ memory }: RiscvGuest) =>
        memory.regions
          .filter(({ name }) => name !== "console")
          .map(({ basePage, pageCount }) =>
            xxh32(memory.dmaRead(basePage * 4_096, pageCount * 4_096)),
          );
      expect(digests(survivor)).toEqual(digests(alone));
      expect(console.transcript.length).toBeGreaterThan(500);
    }
  },
);

test.each(cases.filter(([name]) => name !== "shadow"))(
  "%s, %s: of a journal on a disk nothing is lost",
  (name, diskReads) => {
    for (const crashAtNs of [ms(52), ms(97)]) {
      const run = loggedRun(riscvJournal(), made[name](diskReads), { crashAtNs, requests: 45 });
      expect(run.simulation.violations).toEqual([]);
      expect(run.machine.activeHost).toBe(run.b);
      expect(run.of("replay.diverged")).toEqual([]);
      for (const { acknowledged, lost, duplicated } of run.clients) {
        expect([acknowledged, lost, duplicated]).toEqual([45, [], []]);
      }
      expect(copyDifference(run)).toBeUndefined();
    }
  },
);

test("disk reads: a log has their bytes, unless the secondary reads its own disk", () => {
  const [logged, own] = [made["vmware-ft"]("logged"), made["vmware-ft"]("own")];
  const difference = sentBytes(readingRun(logged)) - sentBytes(readingRun(own));
  // A read of 4 KiB every 0.5 ms, and every eighth is followed by a write.
  expect(difference).toBeGreaterThan(300 * 4_096);
  expect(difference).toBeLessThan(400 * 4_200);
  expect(sentBytes(readingRun(schemes.vmwareFt()))).toBe(sentBytes(readingRun(own)));
});

/** Another byte in every sector of the stand-by's disk of 16 KiB. */
function damage(simulation: Simulation): void {
  const [, standby] = simulation.machines[0]!.nodes;
  const { memory } = standby!.vm.guest;
  for (let page = DISK_BASE / PAGE_SIZE; page < DISK_BASE / PAGE_SIZE + 4; page += 1) {
    const bytes = memory.page(page).slice();
    for (let at = 100; at < bytes.length; at += 512) bytes[at]! ^= 0xff;
    memory.hostWrite(page, bytes);
  }
}

test("disk reads: a stand-by whose disk goes bad follows a log that has them, and no other", () => {
  // Nothing is written over what is damaged.
  const reader = { ...reading, diskBytes: 16_384, writeReads: 0 };
  const prepare = (simulation: Simulation) => {
    simulation.at(ms(50) + us(3), () => {
      damage(simulation);
    });
  };
  const logged = readingRun(made["vmware-ft"]("logged"), { reader, prepare });
  expect(logged.of("replay.diverged")).toEqual([]);
  expect(logged.of("checkpoint.committed")).toHaveLength(1);
  // The disk itself is another one, which the checks that look at all memory see.
  expect(logged.simulation.violations[0]?.name).toBe("replay-identity");
  const own = readingRun(made["vmware-ft"]("own"), { reader, prepare });
  expect(own.of("replay.diverged")[0]).toMatchObject({ reason: "state or output" });
  expect(own.of("replay.diverged")[0]!.atNs).toBeLessThan(ms(60));
  expect(own.of("checkpoint.committed").length).toBeGreaterThan(1);
});

test("disk reads, logged: a buffer that they fill stops the machine", () => {
  const full = (diskReads: DiskReads) => {
    const scheme = schemes.vmwareFt({ diskReads, bufferBytes: 8_192 });
    const run = readingRun(scheme, { link: { bandwidth: mbps(50) } });
    const committedNs = run.of("checkpoint.committed")[0]!.atNs;
    return run.of("log.full").filter(({ atNs }) => atNs > committedNs);
  };
  const logged = full("logged");
  expect(logged.length).toBeGreaterThan(5);
  // It is full at the boundary after the read for which there was no room.
  expect(Math.max(...logged.map(({ bytes }) => bytes))).toBeLessThan(8_192 + 4_200);
  expect(full("own")).toEqual([]);
});

/** How far a machine came, and how long its replay went on after its host had died. */
function progress(diskReads: DiskReads, profile: HardwareProfile) {
  const options = { profile, crashAtNs: ms(150), untilNs: ms(600) };
  const run = readingRun(made["vmware-ft"](diskReads), options);
  const recorded = run.of("log.sent").at(-1)!.position;
  return { recorded, replayedNs: run.of("replay.finished")[0]!.atNs };
}

test("disk reads, logged: each byte is copied into the log, and put into the memory", () => {
  const plain = progress("logged", modern);
  // A page every half millisecond for 150 ms: 300 of them, 30 ms or 300 stretches of 100 us.
  const copied = progress("logged", { ...modern, copyPageNs: modern.copyPageNs + us(100) });
  expect(plain.recorded - copied.recorded).toBeGreaterThan(200);
  const put = progress("logged", { ...modern, applyPageNs: modern.applyPageNs + us(300) });
  expect(put.recorded).toBe(plain.recorded);
  expect(put.replayedNs - plain.replayedNs).toBeGreaterThan(ms(10));
  for (const cost of ["copyPageNs", "applyPageNs"] as const) {
    const other = progress("own", { ...modern, [cost]: modern[cost] + us(100) });
    expect(other.recorded).toBeGreaterThan(plain.recorded - 60);
  }
});

test("disk reads, own: the replay waits for a disk that is slower than the guest's", () => {
  const replayedNs = (diskReads: DiskReads, diskReadNs: Nanoseconds) =>
    progress(diskReads, { ...modern, diskReadNs }).replayedNs;
  // A page takes 1.3 us more; the guest's disk takes 100 us.
  expect(replayedNs("own", us(98))).toBe(replayedNs("own", us(10)));
  expect(replayedNs("own", us(600))).toBeGreaterThan(replayedNs("own", us(98)) + ms(10));
  expect(replayedNs("logged", us(600))).toBe(replayedNs("logged", us(98)));
});
