import { expect, test } from "vitest";
import { InputKept } from "../../../src/verify/invariants/input-kept.ts";

const of = { machine: "m", host: "a" };
const packet = {
  kind: "link.delivered",
  from: "client switch",
  to: "a",
  port: "m",
  bytes: 9,
} as const;

test("input kept: what arrives for a machine without input is to be there when it has it again", () => {
  const invariant = new InputKept();
  // Before it, a packet may be taken as it comes.
  expect(invariant.observe(packet)).toBeUndefined();
  expect(invariant.observe({ kind: "input.refused", ...of, waiting: 2 })).toBeUndefined();
  expect(invariant.observe(packet)).toBeUndefined();
  for (const other of [
    { ...packet, from: "b" },
    { ...packet, to: "b" },
    { ...packet, port: "n" },
    { ...packet, kind: "link.dropped", reason: "damaged" },
  ] as const) {
    expect(invariant.observe(other)).toBeUndefined();
  }
  expect(invariant.observe({ kind: "input.taken", ...of, waiting: 3 })).toBeUndefined();
  expect(invariant.observe(packet)).toBeUndefined();
  expect(invariant.observe({ kind: "input.taken", ...of, waiting: 4 })).toBe(
    "4 packets wait for m on a when it takes input again; no should",
  );
  expect(invariant.observe({ kind: "input.refused", ...of, waiting: 0 })).toBeUndefined();
  expect(invariant.observe(packet)).toBeUndefined();
  expect(invariant.observe({ kind: "input.taken", ...of, waiting: 0 })).toBe(
    "0 packets wait for m on a when it takes input again; 1 should",
  );
});

test("input kept: machines and hosts are told apart, and a crash ends the count", () => {
  const invariant = new InputKept();
  for (const host of ["a", "b"]) {
    invariant.observe({ kind: "input.refused", machine: "m", host, waiting: 0 });
    invariant.observe({ kind: "input.refused", machine: "n", host, waiting: 0 });
  }
  invariant.observe(packet);
  invariant.observe({ kind: "host.crashed", host: "b" });
  invariant.observe({ ...packet, to: "b" });
  expect(invariant.observe({ kind: "input.taken", ...of, waiting: 1 })).toBeUndefined();
  expect(invariant.observe({ kind: "input.taken", machine: "n", host: "a", waiting: 0 })).toBe(
    undefined,
  );
  expect(invariant.observe({ kind: "input.taken", machine: "m", host: "b", waiting: 1 })).toBe(
    "1 packets wait for m on b when it takes input again; no should",
  );
});
