// covers src/guest/riscv/images/disk-reader.ts, src/guest/riscv/images/key-value.ts, src/guest/riscv/images/muncher.ts, src/guest/riscv/images/race.ts, src/guest/riscv/images/self-modifying.ts, src/guest/riscv/images/sort.ts, src/guest/riscv/images/timer-echo.ts, src/guest/riscv/images/two-harts.ts
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { decodeBase64 } from "../../../../src/guest/riscv/images/base64.ts";
import { diskReaderImage } from "../../../../src/guest/riscv/images/disk-reader.ts";
import { keyValueImage } from "../../../../src/guest/riscv/images/key-value.ts";
import { muncherImage } from "../../../../src/guest/riscv/images/muncher.ts";
import { raceImage } from "../../../../src/guest/riscv/images/race.ts";
import { selfModifyingImage } from "../../../../src/guest/riscv/images/self-modifying.ts";
import { sortImage } from "../../../../src/guest/riscv/images/sort.ts";
import { timerEchoImage } from "../../../../src/guest/riscv/images/timer-echo.ts";
import { twoHartsImage } from "../../../../src/guest/riscv/images/two-harts.ts";
import { GuestProgram } from "./guest-program.ts";

const off = (code: number) => ({ reason: "power-off", code, reset: false });

test.each([
  ["disk-reader", diskReaderImage],
  ["key-value", keyValueImage],
  ["muncher", muncherImage],
  ["race", raceImage],
  ["self-modifying", selfModifyingImage],
  ["sort", sortImage],
  ["timer-echo", timerEchoImage],
  ["two-harts", twoHartsImage],
])("riscv programs: the module of %s holds the built file", (name, lines) => {
  const file = new URL(`../../../../guests/riscv/bin/${name}.elf`, import.meta.url);
  expect(Buffer.from(decodeBase64(lines)).equals(readFileSync(file))).toBe(true);
});

// The figures are those that qemu-system-riscv32 prints for the same files.
test("riscv programs: sort sorts", () => {
  const program = new GuestProgram(sortImage);
  expect(program.run()).toEqual(off(0));
  expect(program.printed).toBe("sort: rounds 10 words 4096 checksum 0xfd5479cd\n");
});

test("riscv programs: sort takes rounds, words and a seed", () => {
  const small = new GuestProgram(sortImage, { "options[0]": 3, "options[1]": 500 });
  expect(small.run()).toEqual(off(0));
  expect(small.printed).toBe("sort: rounds 3 words 500 checksum 0x141c04ff\n");
  const words = Array.from({ length: 500 }, (_, index) => small.word("sort_words", index));
  expect(words).toEqual(words.toSorted((a, b) => a - b));
  expect(new GuestProgram(sortImage, { "options[1]": 65_537 }).run()).toEqual(off(3));
});

test("riscv programs: muncher writes over its pages and knows their sum", () => {
  const program = new GuestProgram(muncherImage, { muncher_rounds: 250, muncher_pages: 16 });
  expect(program.run()).toEqual(off(0));
  expect(program.printed).toBe(
    "muncher: round 100 checksum 0x036b3ff5\nmuncher: round 200 checksum 0x2fbc38db\nmuncher: round 250 checksum 0x13e568de\n",
  );
  // a round begins with each tick of 1 ms: 10,000 steps of the timer, 100,000 ticks
  expect(Math.floor(program.machine.ticks / 100_000)).toBe(250);
});

test("riscv programs: muncher runs for ever unless told otherwise", () => {
  const program = new GuestProgram(muncherImage);
  expect(program.run(30_000_000)).toEqual({ reason: "limit" });
  expect(program.word("muncher_round")).toBe(299);
});

test("riscv programs: muncher notices a word that is not its own", () => {
  const program = new GuestProgram(muncherImage, { muncher_report_rounds: 10 });
  program.run(500_000);
  program.machine.memory.dmaWrite(program.address("image_end") + 40_000, Uint8Array.of(1, 2, 3, 4));
  expect(program.run()).toEqual(off(1));
  expect(program.printed).toBe("failed: muncher: the memory holds other words\n");
});

test("riscv programs: a working set larger than the memory is a trap, and told", () => {
  const program = new GuestProgram(muncherImage, { muncher_pages: 1_000 }, { memoryBytes: 65_536 });
  expect(program.run()).toEqual(off(100));
  expect(program.printed).toMatch(/^trap: cause 0x0000000[57] at 0x800\w+ value 0x80\w+\n$/);
});

test("riscv programs: self-modifying finds its instructions as it wrote them", () => {
  const program = new GuestProgram(selfModifyingImage);
  expect(program.run()).toEqual(off(0));
  expect(program.printed).toBe("self-modifying: checks 2800 counter 0x00038814\n");
});

test("riscv programs: timer-echo echoes between its ticks", () => {
  const program = new GuestProgram(timerEchoImage);
  program.run(1_000_000);
  for (const text of ["Hello, ", "world!"]) {
    program.machine.typeConsole(Buffer.from(text));
    program.run(1_000_000);
  }
  program.machine.typeConsole(Buffer.from("q"));
  expect(program.run()).toEqual(off(0));
  const lines = program.printed.split("\n");
  expect(lines.slice(0, 2)).toEqual(["timer-echo: ready", "Hello, world!q"]);
  expect(lines[2]).toMatch(/^timer-echo: ticks \d+ wakes \d+ echoed 14 additions \d+$/);
  expect(program.word("timer_ticks")).toBeGreaterThanOrEqual(2_900);
  expect(program.word("additions")).toBe(100 * program.word("wakes"));
});

test("riscv programs: two-harts loses no increment", () => {
  const program = new GuestProgram(twoHartsImage, { two_harts_rounds: 500 }, { harts: 2 });
  expect(program.run()).toEqual(off(0));
  expect(program.printed).toMatch(
    /^two-harts: amo 1000 lr-sc 1000 locked 1000 switches \d+ log 0x\w{8}\n$/,
  );
  expect(program.word("switches")).toBeGreaterThan(2);
  expect(program.word("log_length")).toBe(1_000);
});

test("riscv programs: two-harts on one hart gives up", () => {
  const program = new GuestProgram(twoHartsImage);
  expect(program.run()).toEqual(off(2));
  expect(program.printed).toBe("failed: two-harts: the second hart did not begin\n");
});

/** The driver looks for its disk from the first window on, where the card is. */
const around = { memoryBytes: 131_072, network: { mac: Uint8Array.of(2, 0, 0, 0, 0, 1) } };

test("riscv programs: disk-reader reads at each tick, and knows what it has read", () => {
  // One sector, so that there is one place to read; what is written to it is what comes next.
  const contents = Uint8Array.from({ length: 512 }, (_, at) => (at * 7) & 0xff);
  const options = { reader_sectors: 1, reader_write_reads: 2, reader_report_reads: 3 };
  const disk = { sizeBytes: 512, contents };
  const program = new GuestProgram(diskReaderImage, options, { ...around, disk });
  // In the middle between the third tick of 1 ms and the fourth.
  expect(program.run(350_000)).toEqual({ reason: "limit" });
  const words = new Uint32Array(contents.buffer.slice(0));
  const read = (hash: number) =>
    words.reduce((sum, word) => Math.imul(sum ^ word, 16_777_619) >>> 0, hash);
  const second = read(read(2_166_136_261));
  words[0] = second;
  const third = read(second);
  expect([program.word("reader_reads"), program.word("reader_checksum")]).toEqual([3, third]);
  const shown = third.toString(16).padStart(8, "0");
  expect(program.printed).toBe(`disk-reader: reads 3 checksum 0x${shown}\n`);
});

test("riscv programs: disk-reader refuses what it cannot do", () => {
  const machine = { ...around, disk: { sizeBytes: 4_096 } };
  for (const options of [
    { reader_sectors: 0 },
    { reader_sectors: 129 },
    { reader_seed: 0 },
    { reader_period: 0 },
  ]) {
    expect(new GuestProgram(diskReaderImage, options, machine).run()).toEqual(off(2));
  }
  expect(new GuestProgram(diskReaderImage, { reader_sectors: 9 }, machine).run()).toEqual(off(3));
});

test("riscv programs: race on one hart gives up", () => {
  const program = new GuestProgram(raceImage, {}, { network: { mac: new Uint8Array(6) } });
  expect(program.run()).toEqual(off(2));
  expect(program.printed).toContain("race: no second hart");
});
