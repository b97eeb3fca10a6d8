// covers src/cluster/fencing/fence.ts, src/cluster/fencing/witness-fence.ts, src/cluster/fencing/storage-reservation.ts
import { Simulation } from "standin";
import { counter } from "standin/guests";
import { expect, test } from "vitest";
import { fenceNamed, fenceNames, fences } from "../../../src/cluster/fencing/fences.ts";
import type { PowerFenceOptions } from "../../../src/cluster/fencing/power-fence.ts";

test("fences: each name makes one, with what it needs", () => {
  const made = fenceNames.map((name) => {
    const { decider, needsControllers, mustConfirm = true } = fenceNamed(name);
    return [name, decider, needsControllers, mustConfirm];
  });
  expect(made).toEqual([
    ["witness", "witness", false, true],
    ["storage-reservation", "array", false, true],
    ["power", "witness", true, true],
    ["power-head-start", "nobody", true, true],
    ["power-else-witness", "witness", true, false],
  ]);
});

test("fences: an unknown name is refused with those that are known", () => {
  expect(() => fenceNamed("toString")).toThrow(
    'fence: expected one of witness, storage-reservation, power, power-head-start, power-else-witness, got "toString"',
  );
  expect(() => fenceNamed("x")).toThrow(expect.objectContaining({ code: "FENCE_NAME" }));
});

test.each([
  [{ decision: "coin" }, "decision: expected witness or head-start, got coin"],
  [{ unconfirmed: "hope" }, "unconfirmed: expected wait or serve, got hope"],
  [{ decision: "head-start", unconfirmed: "serve" }, 'expected wait with "head-start"'],
  [{ headStart: 5 }, 'headStart: expected none with "witness", got 5'],
  [{ patience: 5 }, 'patience: expected none unless unconfirmed is "serve", got 5'],
  [{ decision: "head-start", headStart: 0 }, "headStart: expected whole nanoseconds from 1"],
  [{ unconfirmed: "serve", patience: 0.5 }, "patience: expected whole nanoseconds from 1"],
])("fences: power with %o is refused", (options, message) => {
  const act = () => fences.power(options as PowerFenceOptions);
  expect(act).toThrow(expect.objectContaining({ code: "FENCE_OPTION" }));
  expect(act).toThrow(message);
});

test("fences: a host without a management controller is refused, and nothing is changed", () => {
  const sim = new Simulation({ seed: 1 });
  const { a, b } = sim.hosts(["a", "b"]);
  sim.controllers([a]);
  const protect = () =>
    sim.protect(counter(), { primary: a, secondary: b, fence: fences.power(), name: "m" });
  expect(protect).toThrow(expect.objectContaining({ code: "NO_CONTROLLER" }));
  expect(protect).toThrow(
    'fence "power": expected hosts with a management controller, got b, which has none: sim.controllers([b])',
  );
  expect(sim.machines).toEqual([]);
  expect(() => sim.controllers([a])).toThrow(expect.objectContaining({ code: "HOST_EXISTS" }));
  sim.controllers([b]);
  expect(protect().needs).toEqual(["witness", "bmc a", "bmc b"]);
});

test("fences: a third host needs a controller before it can stand by", () => {
  const sim = new Simulation({ seed: 1 });
  const { a, b, c } = sim.hosts(["a", "b", "c"]);
  sim.controllers([a, b]);
  const machine = sim.protect(counter(), { primary: a, secondary: b, fence: fences.power() });
  sim.run({ until: 50_000_000 });
  b.crash();
  sim.run({ until: 400_000_000 });
  expect(machine.isProtected).toBe(false);
  expect(() => sim.protectAgain(machine, c)).toThrow(
    expect.objectContaining({ code: "NO_CONTROLLER" }),
  );
  sim.controllers([c]);
  sim.protectAgain(machine, c);
  sim.run({ until: 500_000_000 });
  expect(machine.isProtected).toBe(true);
  a.crash();
  sim.run({ until: 900_000_000 });
  expect(machine.activeHost).toBe(c);
});
