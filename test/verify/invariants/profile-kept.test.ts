import { expect, test } from "vitest";
import { ProfileKept } from "../../../src/verify/invariants/profile-kept.ts";
import type { StandinRecord } from "../../../src/verify/standin-record.ts";

const of = { machine: "store", operation: 1 };
const accepted = {
  kind: "duplication.accepted",
  ...of,
  host: "c",
  address: "copy",
  profile: "p",
} as const;
const copied = { kind: "duplication.copied", ...of, host: "a", pages: 3, digest: "s" } as const;
const received = {
  kind: "duplication.received",
  ...of,
  host: "c",
  digest: "s",
  profile: "p",
} as const;
const configured = {
  kind: "duplication.configured",
  ...of,
  host: "c",
  address: "copy",
  hostName: "c.example",
} as const;
const serving = {
  kind: "duplication.serving",
  ...{ machine: "copy", operation: 1, host: "c", term: 1, source: "store", from: "a" },
} as const;
const registered = { kind: "witness.registered", machine: "store", host: "a", term: 1 } as const;

/** What the invariant says to the last record, after it has said nothing to those before. */
function verdict(...records: StandinRecord[]): string | undefined {
  const invariant = new ProfileKept();
  const said = records.map((record) => invariant.observe(record));
  expect(said.slice(0, -1).filter((each) => each !== undefined)).toEqual([]);
  return said.at(-1);
}

test("profile kept: a duplication as it should be", () => {
  expect(verdict(registered, accepted, copied, received, configured, serving)).toBeUndefined();
});

test("profile kept: the profile is after the transfer what it was before", () => {
  expect(verdict(accepted, copied, { ...received, profile: "q" })).toBe(
    "the profile in protected memory of c was p before store was copied to it, and is q",
  );
  expect(verdict(copied, received)).toContain("was unknown before");
});

test("profile kept: every target has the state that was copied", () => {
  expect(verdict(accepted, copied, { ...received, digest: "t" })).toBe(
    "c has store with state t; what was copied was s",
  );
  const other = { ...accepted, host: "d" };
  expect(
    verdict(accepted, other, copied, received, { ...received, host: "d", digest: "t" }),
  ).toContain("d has store with state t");
});

test("profile kept: a duplicate goes by its profile before it runs, and answers to that address", () => {
  expect(verdict(accepted, copied, received, { ...configured, address: "store" })).toBe(
    "the duplicate of store on c goes by store; its profile says copy",
  );
  expect(verdict(accepted, copied, received, { ...serving, machine: "other" })).toBe(
    "the duplicate on c answers to other; its profile says copy",
  );
});

test("profile kept: no two machines answer to one address", () => {
  expect(verdict(registered, accepted, copied, received, { ...serving, machine: "store" })).toBe(
    "two machines answer to store: a machine that was there before, and that on c",
  );
  const other = { ...accepted, host: "d", operation: 2 };
  expect(verdict(accepted, serving, other, { ...serving, host: "d", operation: 2 })).toBe(
    "two machines answer to copy: the duplicate on c, and that on d",
  );
});

test("profile kept: the address of a duplicate that died with its host is free, unless a stand-in has it", () => {
  const again = { ...serving, operation: 2 };
  const crash = { kind: "host.crashed", host: "c" } as const;
  const second = { ...accepted, operation: 2 };
  expect(verdict(accepted, serving, crash, second, again)).toBeUndefined();
  const standIn = {
    kind: "failover.serving",
    ...{ machine: "copy", host: "d", term: 2, from: "c", epoch: 3, epochTerm: 1 },
  } as const;
  expect(verdict(accepted, serving, standIn, crash, second, again)).toContain(
    "two machines answer to copy",
  );
});
