import { expect, test } from "vitest";
import { fences } from "../../src/cluster/fencing/fences.ts";
import { Network } from "../../src/host/network.ts";
import { modern } from "../../src/host/profiles/modern.ts";
import { Engine } from "../../src/sim/engine.ts";
import { us } from "../../src/sim/time.ts";
import { ARRAY_HOST, MachineRoom, WITNESS_HOST } from "../../src/simulation/machine-room.ts";

function room() {
  const network = new Network(new Engine({ seed: 1 }));
  const made = new MachineRoom(network, modern);
  const a = made.makeHost("a", { latency: us(7) });
  const b = made.makeHost("b", {});
  return { network, room: made, a, b };
}

test("machine room: hosts are linked once, as the first of them wants its links", () => {
  const { network, room: on, a, b } = room();
  on.connect(a, a);
  expect(network.links).toHaveLength(0);
  on.connect(a, b);
  on.connect(b, a);
  expect(network.links).toHaveLength(1);
  expect([...on.hosts]).toEqual([a, b]);
});

test("machine room: who decides is made when a fence needs it, once, and linked with the pair", () => {
  const { network, room: on, a, b } = room();
  expect([on.witness, on.array]).toEqual([undefined, undefined]);
  const witness = on.keeperOf(fences.witness());
  expect(witness?.host.name).toBe(WITNESS_HOST);
  expect(on.keeperOf(fences.witness())).toBe(witness);
  expect(on.makeWitness()).toBe(witness);
  on.connectFor(fences.storageReservation(), a, b);
  expect(on.array?.host.name).toBe(ARRAY_HOST);
  expect(network.linked("a", ARRAY_HOST) && network.linked("b", ARRAY_HOST)).toBe(true);
  expect(network.linked("a", WITNESS_HOST)).toBe(false);
});

test("machine room: a fence by power needs controllers, which are reached from the peer only", () => {
  const { network, room: on, a, b } = room();
  const power = fences.power({ decision: "head-start" });
  expect(on.keeperOf(power)).toBeUndefined();
  on.addControllers([a], {});
  expect(() => on.checkControllers(power, [a, b])).toThrow(
    'fence "power": expected hosts with a management controller, got b, which has none',
  );
  on.checkControllers(fences.witness(), [a, b]);
  on.addControllers([b], {});
  on.checkControllers(power, [a, b]);
  on.connectFor(power, a, b);
  on.connectFor(power, a, b);
  expect(network.linked("a", "bmc b") && network.linked("b", "bmc a")).toBe(true);
  expect(network.linked("a", "bmc a")).toBe(false);
});
