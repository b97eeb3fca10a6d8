import { expect, test } from "vitest";
import { suspectedInSilence } from "../../../src/verify/properties/suspected-in-silence.ts";
import type { StandinRecord } from "../../../src/verify/standin-record.ts";

const beat = (from: string, port: string): StandinRecord => ({
  ...{ kind: "link.delivered", from, to: "b", port, bytes: 2 },
});
const suspected = (more: { hangs?: boolean } = {}): StandinRecord => ({
  ...{ kind: "failure.suspected", machine: "m", host: "b", term: 1, peer: "a", silentNs: 100 },
  ...more,
});
const onLink = beat("a", "heartbeat m");
const atSwitch = beat("client switch", "heartbeat m at b");

/** What the property says to a sequence of records with their times. */
function said(...sequence: readonly (readonly [number, StandinRecord])[]): string[] {
  const observe = suspectedInSilence().observer();
  return sequence.flatMap(([atNs, record]) => observe(record, atNs) ?? []);
}

test("suspected in silence: a heartbeat on whichever path, not long ago, speaks against it", () => {
  expect(said([60, onLink], [100, suspected()])).toEqual([
    "b suspects a, whose heartbeat came from the a 40 ns ago",
  ]);
  expect(said([60, atSwitch], [100, suspected()])).toEqual([
    "b suspects a, whose heartbeat came from the client switch 40 ns ago",
  ]);
});

test("suspected in silence: old heartbeats, others' heartbeats and other packets do not", () => {
  expect(said([50, onLink], [50, atSwitch], [100, suspected()])).toEqual([]);
  expect(said([90, beat("a", "heartbeat n")], [90, beat("a", "m")], [100, suspected()])).toEqual(
    [],
  );
  expect(said([90, beat("c", "heartbeat m")], [100, suspected()])).toEqual([]);
});

test("suspected in silence: it says nothing of a host that stood still, or of a hanging replication", () => {
  expect(said([60, onLink], [80, { kind: "host.resumed", host: "b" }], [100, suspected()])).toEqual(
    [],
  );
  expect(said([60, onLink], [100, suspected({ hangs: true })])).toEqual([]);
});
