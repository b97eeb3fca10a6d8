// covers src/host/guest-port.ts
import { expect, test } from "vitest";
import { GuestPort } from "../../src/host/guest-port.ts";
import type { MachineTap } from "../../src/host/machine-tap.ts";
import { Network } from "../../src/host/network.ts";
import { Engine } from "../../src/sim/engine.ts";
import { RandomStream } from "../../src/sim/random.ts";

function setUp() {
  const host = new Network(new Engine({ seed: 1 })).addHost("a");
  host.clock.setOffset(500);
  const port = new GuestPort(host.clock, new RandomStream(1, "draws"));
  const other = new RandomStream(1, "draws");
  const told: [string, number][] = [];
  const tap: MachineTap = {
    delivered: () => undefined,
    clockRead: (value) => void told.push(["clock", value]),
    randomDrawn: (value) => void told.push(["random", value]),
    diskRead: (bytes) => void told.push(["disk", bytes.length]),
    ran: () => undefined,
    exit: () => undefined,
  };
  return { port, other, told, tap };
}

test("guest port: the host answers, and who listens is told", () => {
  const { port, other, told, tap } = setUp();
  const drawn = other.u32();
  port.tap = tap;
  expect([port.now(), port.random32()]).toEqual([500, drawn]);
  expect(told).toEqual([
    ["clock", 500],
    ["random", drawn],
  ]);
});

test("guest port: what a disk reads is its own", () => {
  const { port, told, tap } = setUp();
  port.tap = tap;
  const own = () => Uint8Array.of(7, 8);
  expect(port.diskRead({ sizeBytes: 2, tookNs: 5, own })).toEqual(Uint8Array.of(7, 8));
  expect(told).toEqual([["disk", 2]]);
});

test("guest port: somebody else answers in its place; turns come from the host all the same", () => {
  const { port, other, told, tap } = setUp();
  const diskRead = () => Uint8Array.of(1);
  port.source = { now: () => -3, random32: () => 9, diskRead };
  port.tap = tap;
  expect([port.now(), port.random32(), port.turn32()]).toEqual([-3, 9, other.u32()]);
  const own = () => expect.unreachable("its own disk is not read");
  expect(port.diskRead({ sizeBytes: 1, tookNs: 5, own })).toEqual(Uint8Array.of(1));
  expect(told).toEqual([
    ["clock", -3],
    ["random", 9],
    ["disk", 1],
  ]);
});

test("guest port: what is sent is kept until it is forgotten, and bounded", () => {
  const { port } = setUp();
  port.transmit(Uint8Array.of(1));
  expect(port.transmitted).toEqual([Uint8Array.of(1)]);
  port.forget();
  expect(port.transmitted).toEqual([]);
  for (let count = 0; count < 4_096; count += 1) port.transmit(new Uint8Array(0));
  expect(() => port.transmit(new Uint8Array(0))).toThrow("a bounded amount");
});
