// covers src/lockstep/disk-reads.ts, src/lockstep/recorder.ts, src/lockstep/replayer.ts, src/lockstep/replay-source.ts
import { expect, test } from "vitest";
import { DISK_BASE } from "../../src/guest/riscv/machine-options.ts";
import { riscvDiskReader } from "../../src/guest/riscv/riscv-disk-reader.ts";
import { modern } from "../../src/host/profiles/modern.ts";
import { type DiskReads, diskWaitNs } from "../../src/lockstep/disk-reads.ts";
import { diskBytes, entryBytes } from "../../src/lockstep/log-entry.ts";
import { ReplaySource } from "../../src/lockstep/replay-source.ts";
import { ms, us } from "../../src/sim/time.ts";
import { replayRig } from "./replay-rig.ts";

/** Few sectors, so that every one of them is read soon; of its own accord it writes none. */
const image = () =>
  riscvDiskReader({ diskBytes: 16_384, writeReads: 0, reportReads: 20, period: 5_000 });

/** Another byte in every sector of a disk. */
function damage({ standing }: ReturnType<typeof replayRig>): void {
  const { memory } = standing.vm.guest;
  for (let sector = 0; sector < 32; sector += 1) {
    const at = DISK_BASE + sector * 512 + 100;
    memory.dmaWrite(at, Uint8Array.of(memory.dmaRead(at, 1)[0]! ^ 0xff));
  }
}

test.each(["logged", "own"] as const)("disk reads, %s: replayed to the bit", (diskReads) => {
  const rig = replayRig(riscvDiskReader({ reportReads: 20 }), {}, { diskReads });
  const recording = rig.record(0, us(1), ms(60));
  const end = rig.replay(recording);
  expect([end.index, end.why]).toEqual([recording.entries.length, undefined]);
  expect(end.sent).toEqual(recording.sent);
  expect(recording.sent.length).toBeGreaterThan(1);
  // 59 reads of eight sectors, and nothing of them where the replay reads by itself.
  const bytes = recording.entries.reduce((sum, entry) => sum + diskBytes(entry), 0);
  expect(bytes).toBe(diskReads === "own" ? 0 : 59 * 4_096);
});

test("disk reads, logged: a replay reads what the primary read, whatever its own disk holds", () => {
  const rig = replayRig(image(), {}, { diskReads: "logged", isDiskLookedAt: false });
  const recording = rig.record(0, us(1), ms(60));
  damage(rig);
  const end = rig.replay(recording);
  expect([end.index, end.why]).toEqual([recording.entries.length, undefined]);
  expect(end.sent).toEqual(recording.sent);
  expect(recording.sent.length).toBeGreaterThan(3);
});

test("disk reads, own: a replay whose disk holds something else diverges, which is noticed", () => {
  const rig = replayRig(image(), {}, { diskReads: "own", isDiskLookedAt: false });
  const recording = rig.record(0, us(1), ms(60));
  damage(rig);
  const { index, why } = rig.replay(recording);
  expect(index).toBeLessThan(20);
  expect(why).toMatch(/^(memory|state or output)$/);
});

test.each([
  [
    "not in the log",
    "logged",
    { diskReadNotLogged: true },
    "services: asked the disk, logged nothing more",
  ],
  ["the one before", "logged", { diskReadOneLate: true }, "state or output"],
  [
    "the one before, with nobody looking",
    "logged",
    { diskReadOneLate: true, unchecked: true },
    "memory",
  ],
] as const)("disk reads: one that is %s is noticed", (_what, diskReads: DiskReads, broken, why) => {
  const rig = replayRig(image(), broken, { diskReads });
  expect(rig.replay(rig.record(0, us(1), ms(60))).why).toBe(why);
});

test("disk reads: the log counts their bytes", () => {
  const rig = replayRig(image(), {}, { diskReads: "logged" });
  const { entries } = rig.record(0, us(1), ms(60));
  const reading = entries.find((entry) => diskBytes(entry) > 0)!;
  expect(diskBytes(reading)).toBe(4_096);
  expect(entryBytes(reading)).toBe(24 + 9 + 4_096);
});

test("replay source: a disk answers from the log, by as many bytes as are asked for", () => {
  const bytes = Uint8Array.of(1, 2, 3);
  const own = () => Uint8Array.of(9);
  const read = (sizeBytes: number) => ({ sizeBytes, tookNs: 7, own });
  const logged = new ReplaySource([{ service: "disk", bytes }], { now: () => 0 }, "logged");
  expect(logged.misuse).toBe("services: 1 answers left over");
  expect(logged.diskRead(read(3))).toBe(bytes);
  expect([logged.misuse, logged.ownReads]).toEqual([undefined, []]);
  const other = new ReplaySource([{ service: "disk", bytes }], { now: () => 0 }, "logged");
  expect(other.diskRead(read(1))).toEqual(Uint8Array.of(9));
  expect(other.misuse).toBe("services: read 1 bytes of the disk, logged 3");
  const alone = new ReplaySource([], { now: () => 0 }, "own");
  expect(alone.diskRead(read(1))).toEqual(Uint8Array.of(9));
  expect([alone.misuse, alone.ownReads.length]).toEqual([undefined, 1]);
});

test("disk reads: a replay waits for its own disk as far as the guest did not", () => {
  const costs = { diskReadNs: us(80), diskReadPageNs: us(2) };
  const read = (pages: number, tookNs: number) => ({ sizeBytes: pages * 4_096, tookNs });
  expect(diskWaitNs([], costs)).toBe(0);
  expect(diskWaitNs([read(1, us(100))], costs)).toBe(0);
  expect(diskWaitNs([read(1, us(30))], costs)).toBe(us(52));
  expect(diskWaitNs([read(0.125, 0)], costs)).toBe(us(80) + 250);
  // One after the other, both asked for 100 us ago at least.
  expect(diskWaitNs([read(1, us(30)), read(16, us(100))], costs)).toBe(us(94));
  expect(diskWaitNs([read(16, 0)], modern)).toBe(us(80) + 16 * 1_300);
});
