import { expect, test } from "vitest";
import { Deferral } from "../../../src/checkpoint/release/deferral.ts";
import { NEVER } from "../../../src/host/deadline-timer.ts";
import { Network } from "../../../src/host/network.ts";
import { Engine } from "../../../src/sim/engine.ts";
import { InvariantError } from "../../../src/sim/errors.ts";
import { Signal } from "../../../src/sim/signal.ts";
import { ms } from "../../../src/sim/time.ts";

function setUp() {
  const engine = new Engine({ seed: 1 });
  const host = new Network(engine).addHost("a");
  const held = new Signal(engine, "held");
  const deferral = new Deferral({ engine, host, machine: "m", mostDelayNs: ms(10), held });
  const heldAt = (atNs: number): boolean => {
    engine.run({ until: atNs });
    return held.isSet;
  };
  return { engine, host, held, deferral, heldAt };
}

test("deferral: it asks for a checkpoint when the first packet has waited as long as it may", () => {
  const { engine, deferral, heldAt } = setUp();
  engine.run({ until: ms(5) });
  deferral.countFrom(ms(5));
  expect([deferral.nowNs, deferral.untilNs, deferral.isOver]).toEqual([ms(5), ms(15), false]);
  expect(heldAt(ms(15) - 1)).toBe(false);
  expect(heldAt(ms(15))).toBe(true);
  expect(deferral.isOver).toBe(true);
});

test("deferral: without a packet there is nothing to ask for, and no event", () => {
  const { engine, deferral } = setUp();
  expect([deferral.untilNs, deferral.isOver]).toEqual([NEVER, false]);
  deferral.countFrom(undefined);
  expect(engine.run({ until: ms(100) }).events).toBe(0);
});

test("deferral: when the first packet left, it counts from the next", () => {
  const { engine, deferral, heldAt } = setUp();
  deferral.countFrom(0);
  engine.run({ until: ms(4) });
  deferral.countFrom(ms(3));
  expect(heldAt(ms(13) - 1)).toBe(false);
  expect(heldAt(ms(13))).toBe(true);
});

test("deferral: when all have left, it asks for nothing until one comes again", () => {
  const { engine, held, deferral, heldAt } = setUp();
  deferral.countFrom(0);
  engine.run({ until: ms(4) });
  deferral.countFrom(undefined);
  expect(heldAt(ms(20))).toBe(false);
  deferral.countFrom(ms(20));
  expect(heldAt(ms(30))).toBe(true);
  deferral.countFrom(undefined);
  held.clear();
  expect(heldAt(ms(60))).toBe(false);
  deferral.countFrom(ms(60));
  expect(heldAt(ms(70))).toBe(true);
});

test("deferral: one that is over already leaves the asking to whoever took the others", () => {
  const { held, deferral, heldAt } = setUp();
  deferral.countFrom(0);
  expect(heldAt(ms(12))).toBe(true);
  held.clear();
  deferral.countFrom(ms(1));
  expect(deferral.isOver).toBe(true);
  expect(heldAt(ms(50))).toBe(false);
});

test("deferral: it counts on the host's clock, fast or paused, and dies with the host", () => {
  const fast = setUp();
  fast.host.clock.setDrift(1_000_000);
  fast.deferral.countFrom(0);
  expect(fast.heldAt(ms(5) - 1)).toBe(false);
  expect(fast.heldAt(ms(5))).toBe(true);

  const paused = setUp();
  paused.deferral.countFrom(0);
  paused.engine.at(ms(2), () => paused.host.pause());
  paused.engine.at(ms(6), () => paused.host.resume());
  expect(paused.heldAt(ms(14) - 1)).toBe(false);
  expect(paused.heldAt(ms(14))).toBe(true);

  const crashed = setUp();
  crashed.deferral.countFrom(0);
  crashed.engine.at(ms(2), () => crashed.host.crash());
  expect(crashed.heldAt(ms(50))).toBe(false);
});

test("deferral: a packet older than those that left is a mistake", () => {
  const { deferral } = setUp();
  deferral.countFrom(ms(2));
  expect(() => deferral.countFrom(ms(1))).toThrow(InvariantError);
});
