// covers src/checkpoint/quiesce/none.ts, src/checkpoint/quiesce/quiesces.ts
import { expect, test } from "vitest";
import { quiesces } from "../../../src/checkpoint/quiesce/quiesces.ts";
import { ms, us } from "../../../src/sim/time.ts";
import { quiesceRig, slowMachine } from "./quiesce-rig.ts";

test("none: a machine is taken in the middle of what it does, and nothing tells of it", () => {
  const { engine, vm, begin, end, rest, request, kinds, secondary } = quiesceRig(
    quiesces.none(),
    slowMachine(),
  );
  request();
  engine.run({ until: us(50) });
  begin();
  engine.run({ until: us(60) });
  expect([rest.reachedAtNs, vm.idle, secondary.asked]).toEqual([us(50), false, 0]);
  end();
  engine.run({ until: ms(1) });
  expect(kinds()).toEqual(["request.delivered", "output.released"]);
});

test("quiesces: each is there by its name", () => {
  const names = Object.values(quiesces).map((make) => make().name);
  expect(names).toEqual(["none", "interface agent, at most 5 ms", "storage, at most 5 ms"]);
});
