import { expect, test } from "vitest";
import { brownout } from "../../../src/checkpoint/capture/brownout.ts";
import { stopAndCopy } from "../../../src/checkpoint/capture/stop-and-copy.ts";
import type { CheckpointOptions } from "../../../src/checkpoint/options.ts";
import { counter } from "../../../src/guest/counter.ts";
import { parseElf } from "../../../src/guest/riscv/elf.ts";
import { decodeBase64 } from "../../../src/guest/riscv/images/base64.ts";
import { muncherImage } from "../../../src/guest/riscv/images/muncher.ts";
import { patchImage } from "../../../src/guest/riscv/loaded-image-patch.ts";
import { riscvGuest } from "../../../src/guest/riscv/riscv-guest.ts";
import { checkpoint } from "../../../src/schemes/checkpoint.ts";
import { ms, seconds, us } from "../../../src/sim/time.ts";
import { Simulation } from "../../../src/simulation/simulation.ts";

interface Captured {
  readonly kind: string;
  readonly pauseNs?: number;
  readonly pages?: number;
}

/** A machine that writes all over `pages` pages once, and over few of them for ever. */
function muncher(pages: number, writes: number) {
  const image = patchImage(parseElf(decodeBase64(muncherImage)), {
    muncher_pages: pages,
    muncher_writes_per_round: writes,
    muncher_report_rounds: 0,
  });
  return riscvGuest({ name: "muncher", image, memoryBytes: 16 << 20 });
}

function run(
  image: Parameters<Simulation["protect"]>[0],
  options: CheckpointOptions,
  crash = false,
) {
  const simulation = new Simulation({ seed: 2 });
  const { a, b } = simulation.hosts(["a", "b"]);
  const scheme = checkpoint({ interval: ms(50), ...options });
  const machine = simulation.protect(image, { primary: a, secondary: b, scheme });
  const records: Captured[] = [];
  simulation.trace.addSink({
    record: (_at, _position, record) => records.push(record),
  });
  if (crash) simulation.at(ms(420), () => a.crash());
  simulation.run({ until: seconds(1) });
  const of = (kind: string) => records.filter((record) => record.kind === kind);
  const pauses = of("checkpoint.resumed")
    .map(({ pauseNs = 0 }) => pauseNs)
    .slice(2);
  pauses.sort((one, other) => one - other);
  return { simulation, machine, b, of, medianPauseNs: pauses[pauses.length >> 1]! };
}

test("brownout: pages go while the machine runs, and the stop is for those left", () => {
  // 40 ms of each 50 ms it is idle: what it wrote is cold when the checkpoint begins
  const image = muncher(600, 4_000);
  const stopped = run(image, {});
  const browned = run(image, { capture: brownout({ pages: 32 }) });
  expect(browned.of("brownout.round").length).toBeGreaterThan(5);
  expect(browned.of("checkpoint.committed").length).toBeGreaterThan(10);
  expect(browned.medianPauseNs).toBeLessThan(stopped.medianPauseNs);
});

test("brownout: a machine with little to send is stopped at once", () => {
  const { of, medianPauseNs } = run(counter(), { capture: brownout() });
  expect(of("brownout.round")).toEqual([]);
  expect(medianPauseNs).toBeLessThan(us(500));
});

test("brownout: a stand-in has the state of the blackout, wherever the primary dies", () => {
  const { simulation, machine, b } = run(muncher(300, 2_000), { capture: brownout() }, true);
  expect(machine.activeHost).toBe(b);
  expect(simulation.violations).toEqual([]);
});

test("capture: settings out of range are refused, names tell them", () => {
  expect(() => brownout({ rounds: 0 })).toThrow("rounds: expected a whole number from 1 to 64");
  expect(() => brownout({ pages: -1 })).toThrow("pages: expected");
  expect(brownout().name).toBe("brownout of at most 4 rounds, blackout at 16 pages");
  expect(stopAndCopy().name).toBe("stop and copy");
});
