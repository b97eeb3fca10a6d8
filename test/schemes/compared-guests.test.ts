import { expect, test } from "vitest";
import { loadSqlite } from "../../examples/sqlite/sqlite.ts";
import type { GuestImage } from "../../src/guest/guest.ts";
import { riscvJournal } from "../../src/guest/riscv/riscv-journal.ts";
import { riscvKeyValue } from "../../src/guest/riscv/riscv-key-value.ts";
import { activeActive } from "../../src/schemes/active-active.ts";
import { colo } from "../../src/schemes/colo.ts";
import { quasiLockstep } from "../../src/schemes/quasi-lockstep.ts";
import { RandomStream } from "../../src/sim/random.ts";
import { ms } from "../../src/sim/time.ts";
import { comparedPair, wrongs } from "./compared-pair.ts";

const sqlite = await loadSqlite();
const images: readonly (readonly [string, () => GuestImage])[] = [
  ["two SQLite machines", () => sqlite()],
  ["two RISC-V machines", () => riscvKeyValue()],
];

/** The same machine, of which two never answer the same. */
function stamped(image: GuestImage): GuestImage {
  return {
    ...image,
    create: (services) =>
      image.create({
        now: () => services.now(),
        random32: () => services.random32(),
        transmit(packet) {
          const shown = new Uint8Array(packet.length + 4);
          shown.set(packet);
          new DataView(shown.buffer).setUint32(packet.length, services.random32(), true);
          services.transmit(shown);
        },
      }),
  };
}

test.each(images)(
  "%s that never answer the same are made the same again and again",
  (_name, image) => {
    for (const scheme of [colo, activeActive, quasiLockstep]) {
      for (const memory of ["clean-base", "composite"] as const) {
        const of = { scheme: scheme({ memory, minimumNs: ms(5) }), image: stamped(image()) };
        const pair = comparedPair({ ...of, requests: 100, clients: 2 });
        pair.sim.at(ms(150), () => pair.a.crash());
        pair.run();
        expect(wrongs(pair, false)).toEqual([]);
        expect(pair.count("output.matched")).toBe(0);
        expect(pair.count("checkpoint.committed")).toBeGreaterThan(5);
      }
    }
  },
);

test("what a machine prints is compared byte by byte, and goes on where it was", () => {
  for (const scheme of [colo, activeActive, quasiLockstep]) {
    const text = (crashes: boolean): string => {
      const of = { scheme: scheme(), image: riscvJournal() };
      const pair = comparedPair({ ...of, requests: 100, clients: 1 });
      const screen = pair.sim.console(pair.machine);
      if (crashes) pair.sim.at(ms(300), () => pair.a.crash());
      pair.run();
      expect(wrongs(pair)).toEqual([]);
      expect(pair.count("output.diverged")).toBe(0);
      const printed = pair.records("output.matched").filter(({ sequenced }) => sequenced === true);
      expect(printed.length).toBeGreaterThan(3);
      return screen.text;
    };
    expect(text(true)).toBe(text(false));
  }
});

test.each(images)("%s are compared, and one goes on when the other dies", (_name, image) => {
  const random = new RandomStream(3, "crash times");
  for (const scheme of [colo, activeActive, quasiLockstep]) {
    const pair = comparedPair({ scheme: scheme(), image: image(), requests: 150, clients: 2 });
    pair.sim.at(ms(80) + random.below(ms(80)), () => pair.a.crash());
    pair.run();
    const { machine, b } = pair;
    expect(wrongs(pair)).toEqual([]);
    expect(machine.activeHost).toBe(b);
    expect(pair.count("failover.running")).toBe(1);
    expect(pair.count("checkpoint.committed")).toBe(1);
    expect(pair.count("output.matched")).toBeGreaterThan(10);
  }
});
