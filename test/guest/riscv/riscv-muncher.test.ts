import { expect, test } from "vitest";
import { type RiscvMuncherOptions, riscvMuncher } from "../../../src/guest/riscv/riscv-muncher.ts";
import { PageSet } from "../../../src/memory/page-set.ts";
import { SlatTracker } from "../../../src/memory/slat-tracker.ts";
import { ms } from "../../../src/sim/time.ts";
import { MachineDriver } from "../machine-driver.ts";

/** What it prints, and the pages that it writes, in its second five milliseconds. */
function munched(options: RiscvMuncherOptions) {
  const machine = new MachineDriver(riscvMuncher(options));
  machine.guest.run(ms(5));
  const { memory } = machine.guest;
  const tracker = new SlatTracker(memory);
  tracker.start();
  machine.guest.run(ms(5));
  const dirty = new PageSet();
  tracker.collect(dirty);
  const printed = machine.sent.map(({ payload }) => Buffer.from(payload.subarray(4)).toString());
  return { machine, dirty: dirty.size, printed: printed.join("") };
}

test("riscv muncher: it writes all over its pages, and prints what they sum up to", () => {
  const options = { pages: 20, writesPerRound: 40, reportRounds: 3 };
  const { machine, dirty, printed } = munched(options);
  expect(dirty).toBeGreaterThanOrEqual(20);
  expect(printed).toMatch(/^muncher: round 3 checksum 0x[0-9a-f]{8}\nmuncher: round 6 checksum/);
  expect(machine.guest.panic).toBeUndefined();
  expect(machine.guest.memory.regions.map(({ pageCount }) => pageCount)).toEqual([36, 16]);
  expect(munched({ ...options, seed: 2 }).printed).not.toBe(printed);
});

test("riscv muncher: how much it writes is up to the caller", () => {
  const few = munched({ pages: 200, writesPerRound: 4, reportRounds: 0 });
  expect(few.dirty).toBeLessThan(40);
  expect(few.printed).toBe("");
  expect(munched({ pages: 200, period: 200_000 }).dirty).toBeLessThan(5);
});

test("riscv muncher: it boots for as many rounds as it is told to", () => {
  const touched = (bootRounds: number): number => {
    const pages = new PageSet();
    const image = riscvMuncher({ pages: 100, writesPerRound: 50, reportRounds: 0, bootRounds });
    new MachineDriver(image).guest.memory.collectTouched(pages);
    return pages.size;
  };
  expect(touched(0)).toBeLessThan(20);
  expect(touched(50)).toBeGreaterThan(95);
});

test("riscv muncher: it notices that its memory is not what it left behind", () => {
  const { machine } = munched({ pages: 12, reportRounds: 3 });
  const { memory } = machine.guest;
  const region = memory.regions[0]!;
  memory.store8((region.basePage + 10) * 4_096 + 1, 0x5a);
  machine.guest.run(ms(5));
  expect(machine.guest.panic).toBe("powered off with code 1");
});
