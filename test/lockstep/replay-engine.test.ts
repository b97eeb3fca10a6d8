// covers src/lockstep/recorder.ts, src/lockstep/replayer.ts, src/lockstep/replay-source.ts, src/lockstep/stretch-check.ts
import { expect, test } from "vitest";
import { loadSqlite } from "../../examples/sqlite/sqlite.ts";
import type { GuestImage } from "../../src/guest/guest.ts";
import { keyValue } from "../../src/guest/key-value.ts";
import { riscvJournal } from "../../src/guest/riscv/riscv-journal.ts";
import { riscvKeyValue } from "../../src/guest/riscv/riscv-key-value.ts";
import { riscvMuncher } from "../../src/guest/riscv/riscv-muncher.ts";
import { ReplaySource } from "../../src/lockstep/replay-source.ts";
import { stretchCheck } from "../../src/lockstep/stretch-check.ts";
import { ms, us } from "../../src/sim/time.ts";
import { clockImage } from "./clock-guest.ts";
import { replayRig } from "./replay-rig.ts";
import { twoHarts } from "./two-harts.ts";

const sqlite = await loadSqlite();

const guests: readonly [string, () => GuestImage, number][] = [
  ["a key-value program", () => keyValue({ serviceNs: us(230) }), ms(100)],
  ["a program that reads clock and randomness", clockImage, ms(100)],
  ["SQLite in WebAssembly", () => sqlite(), ms(60)],
  ["a RISC-V key-value server", () => riscvKeyValue(), ms(60)],
  ["a RISC-V machine with a disk", () => riscvJournal(), ms(60)],
  ["a RISC-V machine with a timer and a console", () => riscvMuncher({ reportRounds: 10 }), ms(60)],
];

test.each(guests)("replay: %s does it again, to the bit", (_what, image, untilNs) => {
  const rig = replayRig(image());
  const recording = rig.record(80, us(310), untilNs);
  expect(recording.entries.length).toBeGreaterThan(80);
  const end = rig.replay(recording);
  expect(end.why).toBeUndefined();
  expect(end.sent).toEqual(recording.sent);
  expect(recording.sent.length).toBeGreaterThan(0);
});

test("replay: what services answered is part of it, and nothing else of the host is", () => {
  const rig = replayRig(clockImage());
  const { entries } = rig.record(20);
  const answers = entries.flatMap((entry) => entry.answers);
  expect(answers.map(({ service }) => service).slice(0, 4)).toEqual([
    ...["clock", "random", "clock", "random"],
  ]);
});

test("replay: two harts go their own way, which is noticed", () => {
  const rig = replayRig(twoHarts());
  const recording = rig.record(0);
  const { index, why } = rig.replay(recording);
  expect(index).toBeLessThan(recording.entries.length);
  expect(why).toMatch(/^(state or output|time|instructions|boundary)/);
});

test("replay: a clock that is not recorded is noticed", () => {
  const rig = replayRig(clockImage(), { clockNotLogged: true });
  expect(rig.replay(rig.record(20)).why).toBe("services: asked the clock, logged random");
});

test.each([
  ["a key-value program", () => keyValue({ serviceNs: us(230) })],
  ["a RISC-V key-value server", () => riscvKeyValue()],
])("replay: input one stretch too late for %s is noticed", (_what, image) => {
  const rig = replayRig(image(), { inputOneLate: true });
  const { index, why } = rig.replay(rig.record(20, us(310)));
  expect(why).toBeDefined();
  expect(index).toBeLessThan(40);
});

test("replay: with nobody looking, the memory differs", () => {
  const rig = replayRig(keyValue(), { inputOneLate: true, unchecked: true });
  expect(rig.replay(rig.record(20, us(310))).why).toBe("memory");
});

test("replay source: answers in order, and says what was asked otherwise", () => {
  const answers = [
    { service: "clock", value: -5 },
    { service: "random", value: 7 },
  ] as const;
  const source = new ReplaySource(answers, { now: () => 99 });
  expect(source.misuse).toBe("services: 2 answers left over");
  expect([source.now(), source.random32()]).toEqual([-5, 7]);
  expect(source.misuse).toBeUndefined();
  expect([source.now(), source.random32()]).toEqual([99, 0]);
  expect(source.misuse).toBe("services: asked the clock, logged nothing more");
});

test("stretch check: order and borders of packets count", () => {
  const registers = new Uint8Array([1]);
  const of = (...sent: number[][]) =>
    stretchCheck(
      registers,
      sent.map((each) => Uint8Array.from(each)),
    );
  const checks = [of(), of([1, 2]), of([1], [2]), of([2], [1]), of([1, 2], [])];
  expect(new Set(checks).size).toBe(checks.length);
  expect(stretchCheck(new Uint8Array([2]), [])).not.toBe(of());
});
