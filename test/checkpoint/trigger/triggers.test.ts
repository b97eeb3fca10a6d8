// covers src/checkpoint/trigger/trigger.ts, src/checkpoint/trigger/fixed-interval.ts, src/checkpoint/trigger/adaptive.ts, src/checkpoint/trigger/held-output.ts, src/checkpoint/trigger/on-request.ts, src/checkpoint/trigger/low-priority-slots.ts, src/checkpoint/trigger/first-of.ts, src/checkpoint/trigger/triggers.ts
import { expect, test } from "vitest";
import { adaptive } from "../../../src/checkpoint/trigger/adaptive.ts";
import { firstOf } from "../../../src/checkpoint/trigger/first-of.ts";
import { fixedInterval } from "../../../src/checkpoint/trigger/fixed-interval.ts";
import { heldOutput } from "../../../src/checkpoint/trigger/held-output.ts";
import { lowPrioritySlots } from "../../../src/checkpoint/trigger/low-priority-slots.ts";
import { onRequest } from "../../../src/checkpoint/trigger/on-request.ts";
import type { Trigger } from "../../../src/checkpoint/trigger/trigger.ts";
import { NEVER } from "../../../src/host/deadline-timer.ts";
import { Network } from "../../../src/host/network.ts";
import { Condition } from "../../../src/sim/condition.ts";
import { Engine } from "../../../src/sim/engine.ts";
import { Signal } from "../../../src/sim/signal.ts";
import { ms, seconds, us } from "../../../src/sim/time.ts";

/** When a trigger fires that begins to wait now, of a checkpoint that began at `startedAtNs`. */
function rig(nowNs = 0) {
  const engine = new Engine({ seed: 1 });
  const host = new Network(engine).addHost("a");
  const held = new Signal(engine, "held");
  const requested = new Signal(engine, "requested");
  const noted = new Condition(engine, "noted");
  let notedPages = 0;
  let bytes = 0;
  let deferredUntilNs = NEVER;
  engine.run({ until: nowNs });
  return {
    engine,
    host,
    requested,
    write(pages: number) {
      notedPages += pages;
      noted.notify();
    },
    hold(more: number) {
      bytes += more;
      held.set();
    },
    /** Says when what is deferred has waited as long as it may, and asks then. */
    defer(untilNs: number) {
      deferredUntilNs = untilNs;
      engine.at(untilNs, () => {
        held.set();
      });
    },
    firesAt(trigger: Trigger, startedAtNs = 0, tookNs = 0): () => number | undefined {
      let atNs: number | undefined;
      engine.spawn("trigger", host.owner, function* () {
        yield* trigger.wait({
          ...{ engine, host, held, requested, startedAtNs, tookNs },
          machine: "m",
          clockNs: () => host.clock.monotonic(),
          notedPages: () => notedPages,
          noted,
          heldBytes: () => bytes + 1_000_000,
          urgentBytes: () => bytes,
          deferredUntilNs: () => deferredUntilNs,
        });
        atNs = engine.now;
      });
      return () => {
        engine.run({ until: seconds(5) });
        return atNs;
      };
    },
  };
}

test("trigger: a fixed interval counts from the start of the last checkpoint, and is not made up for", () => {
  expect(rig(ms(3)).firesAt(fixedInterval(ms(25)), ms(1))()).toBe(ms(26));
  expect(rig(ms(40)).firesAt(fixedInterval(ms(25)), ms(1))()).toBe(ms(40));
  expect(fixedInterval().name).toBe("every 25 ms");
});

test("trigger: an adaptive interval follows what the last checkpoint took, within bounds", () => {
  const trigger = adaptive({ leastNs: ms(5), mostNs: ms(100), percent: 300 });
  expect(rig(ms(1)).firesAt(trigger, 0, ms(1))()).toBe(ms(5));
  expect(rig(ms(20)).firesAt(trigger, 0, ms(20))()).toBe(ms(60));
  expect(rig(ms(90)).firesAt(trigger, 0, ms(90))()).toBe(ms(100));
});

test("trigger: held output is due after its bits at the target rate, at the least and at the most", () => {
  const trigger = heldOutput({ bitsPerSecond: 1_000_000, leastNs: ms(2), mostNs: ms(50) });
  const never = rig();
  expect(never.firesAt(trigger)()).toBe(ms(50));
  const little = rig();
  little.engine.at(ms(10), () => {
    little.hold(125);
  });
  // 1,000 bits at 1 Mbit/s
  expect(little.firesAt(trigger)()).toBe(ms(11));
  const early = rig();
  early.hold(1);
  expect(early.firesAt(trigger)()).toBe(ms(2) + us(8));
  const burst = rig();
  burst.engine.at(ms(10), () => {
    burst.hold(125);
  });
  burst.engine.at(ms(10) + us(900), () => {
    burst.hold(1_250);
  });
  expect(burst.firesAt(trigger)()).toBe(ms(21));
  const flood = rig();
  flood.hold(1_000_000);
  expect(flood.firesAt(trigger)()).toBe(ms(50));
});

test("trigger: output that may be deferred is due when it has waited as long as it may", () => {
  const trigger = heldOutput({ bitsPerSecond: 1_000_000, leastNs: ms(2), mostNs: ms(50) });
  const alone = rig();
  alone.defer(ms(8));
  expect(alone.firesAt(trigger)()).toBe(ms(8));
  const early = rig();
  early.defer(ms(1));
  expect(early.firesAt(trigger)()).toBe(ms(2));
  const never = rig();
  never.defer(ms(60));
  expect(never.firesAt(trigger)()).toBe(ms(50));
  // a burst that by itself were due after 11 ms and more
  const mixed = rig();
  mixed.hold(1_375);
  mixed.defer(ms(8) + us(30));
  expect(mixed.firesAt(trigger)()).toBe(ms(8) + us(30));
});

test("trigger: on request, many requests in one window make one checkpoint", () => {
  const trigger = onRequest({ windowNs: ms(5), mostNs: ms(80) });
  const asked = rig();
  asked.engine.at(ms(1), () => {
    asked.requested.set();
  });
  asked.engine.at(ms(2), () => {
    asked.requested.set();
  });
  expect(asked.firesAt(trigger)()).toBe(ms(5));
  const late = rig();
  late.engine.at(ms(30), () => {
    late.requested.set();
  });
  expect(late.firesAt(trigger)()).toBe(ms(30));
  expect(rig().firesAt(trigger)()).toBe(ms(80));
});

test("trigger: only in slots, once in each", () => {
  const trigger = lowPrioritySlots({ periodNs: ms(10), slotNs: ms(2) });
  expect(rig(ms(3)).firesAt(trigger, ms(1))()).toBe(ms(10));
  expect(rig(ms(11)).firesAt(trigger, ms(1))()).toBe(ms(11));
  expect(rig(ms(11)).firesAt(trigger, ms(10))()).toBe(ms(20));
  expect(rig(ms(12)).firesAt(trigger, ms(1))()).toBe(ms(20));
  const seldom = lowPrioritySlots({ periodNs: ms(10), slotNs: ms(2), leastNs: ms(15) });
  expect(rig(ms(3)).firesAt(seldom, ms(1))()).toBe(ms(20));
});

test("trigger: the first of several, the others forgotten", () => {
  const on = rig();
  on.engine.at(ms(12), () => {
    on.requested.set();
  });
  const trigger = firstOf(fixedInterval(ms(25)), onRequest({ windowNs: ms(5) }));
  expect(on.firesAt(trigger)()).toBe(ms(12));
  expect(rig().firesAt(trigger)()).toBe(ms(25));
  expect(() => firstOf()).toThrow("expected triggers, got none");
});

test.each([
  [() => fixedInterval(0), "interval: expected a whole number of at least 1, got 0"],
  [() => adaptive({ percent: 99 }), "percent: expected a whole number from 100 to 10000, got 99"],
  [() => adaptive({ leastNs: ms(9), mostNs: ms(8) }), "mostNs: expected"],
  [() => heldOutput({ bitsPerSecond: 0.5 }), "bitsPerSecond: expected"],
  [() => onRequest({ windowNs: 0 }), "windowNs: expected"],
  [
    () => lowPrioritySlots({ periodNs: 10, slotNs: 10 }),
    "slotNs: expected a whole number from 1 to 9",
  ],
])("trigger: settings out of range are refused (%#)", (make, message) => {
  expect(make).toThrow(message);
});
