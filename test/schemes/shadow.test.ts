// covers src/schemes/shadow.ts, src/lockstep/shadow.ts
import { expect, test } from "vitest";
import { keyValue } from "../../src/guest/key-value.ts";
import { decodePacket } from "../../src/guest/packet.ts";
import type { LogDefects } from "../../src/lockstep/options.ts";
import { shadow } from "../../src/schemes/shadow.ts";
import { ms, seconds } from "../../src/sim/time.ts";
import { copyDifference, loggedRun } from "./logged-run.ts";

const DELAY_NS = ms(40);

/** A shadow that takes the reply to request 50 of client 1 for an error. */
function shadowed(broken: LogDefects = {}, options: Parameters<typeof loggedRun>[2] = {}) {
  const isError = (packet: Uint8Array) => {
    const { client, number } = decodePacket(packet)!;
    return client === 1 && number === 50;
  };
  const scheme = shadow({ delay: DELAY_NS, isError, broken });
  return loggedRun(keyValue(), scheme, { requests: 100, untilNs: ms(600), ...options });
}

test("shadow: it is paused before the error, and the error is told to nobody", () => {
  const run = shadowed();
  const [paused] = run.of("shadow.paused");
  const of = run.machine.shadow!;
  expect([of.paused, of.position, of.errorPosition]).toEqual([
    ...[true, paused!.position, paused!.errorPosition],
  ]);
  expect(of.position).toBeLessThan(of.errorPosition!);
  expect(of.position).toBeGreaterThan(10);
  const [client] = run.clients;
  expect(client!.history[49]!.reply).toBeUndefined();
  expect(client!.acknowledged).toBeLessThan(50);
  expect(run.simulation.violations).toEqual([]);
  expect(run.of("replay.diverged")).toEqual([]);
});

test("shadow: its state is that of the machine the delay before; steps lead to the error", () => {
  const run = shadowed();
  const { image } = run;
  const of = run.machine.shadow!;
  const executed = () => image.executions(of.inspect(image), 1).size;
  const before = executed();
  expect(before).toBeGreaterThan(10);
  expect(before).toBeLessThan(49);
  const steps = [];
  for (let step = of.step(); step !== undefined; step = of.step()) steps.push(step);
  const last = steps.at(-1)!;
  expect([last.isError, last.position]).toEqual([true, of.errorPosition]);
  expect(steps.filter(({ isError }) => isError)).toHaveLength(1);
  expect(decodePacket(last.input!)).toMatchObject({ client: 1, number: 50 });
  expect(last.sent.map((packet) => decodePacket(packet)!.number)).toEqual([50]);
  expect(executed()).toBe(50);
});

test("shadow: looking at it changes nothing of the run", () => {
  const looked = shadowed(
    {},
    {
      prepare: (simulation) =>
        simulation.at(ms(90), () => {
          const [machine] = simulation.machines;
          const of = machine!.shadow!;
          expect(of.paused).toBe(false);
          expect(() => of.step()).toThrow("expected a shadow that an error has paused");
          of.inspect(machine!.image);
        }),
    },
  );
  expect(looked.simulation.now).toBe(ms(600));
  const other = shadowed({}, { prepare: (simulation) => simulation.at(ms(90), () => undefined) });
  expect(looked.simulation.hash).toBe(other.simulation.hash);
});

test("shadow: a machine with an error is protected no more, and says so", () => {
  const run = shadowed({}, { crashAtNs: ms(300) });
  expect(run.of("stand-by.abandoned")[0]?.reason).toBe("no complete checkpoint");
  expect(run.machine.activeHost).toBeUndefined();
});

test("shadow: without an error it stands in, later by what it was behind", () => {
  const delay = ms(100);
  const options = { crashAtNs: ms(150), untilNs: seconds(2) };
  const image = keyValue({ serviceNs: ms(1) });
  const run = loggedRun(image, shadow({ delay }), options);
  expect(run.simulation.violations).toEqual([]);
  for (const { acknowledged, lost, duplicated } of run.clients) {
    expect([acknowledged, lost, duplicated]).toEqual([60, [], []]);
  }
  expect(copyDifference(run)).toBeUndefined();
});

test("shadow: one that is fed after an error is found", () => {
  const run = shadowed({ fedAfterError: true });
  expect(run.simulation.violations[0]).toMatchObject({ name: "replay-identity" });
  expect(run.simulation.violations[0]!.detail).toContain("after it was told of an error");
});

test("shadow: a delay that is none is refused", () => {
  expect(() => shadow({ delay: 0 })).toThrow(
    "delay: expected whole nanoseconds of at least 1, got 0",
  );
});
