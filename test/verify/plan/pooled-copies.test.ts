import { expect, test } from "vitest";
import type { Trace } from "../../../src/sim/trace.ts";
import { Atlas } from "../../../src/verify/plan/atlas.ts";
import type { Fault } from "../../../src/verify/plan/fault.ts";
import { PooledCopies } from "../../../src/verify/plan/pooled-copies.ts";

test("pooled copies: the pool may not die, nor the last host that is on", () => {
  const copies = new PooledCopies("m", "pool", ["a", "b"]);
  expect(copies.objectionToCrash("pool", new Set())).toBe("pool has all of the memory of m");
  expect(copies.objectionToCrash("a", new Set())).toBeUndefined();
  expect(copies.objectionToCrash("a", new Set(["b"]))).toBe(
    "a is the last host that is on and may run m",
  );
  expect(copies.objectionToCrash("other", new Set(["b"]))).toBeUndefined();
  expect(copies.objectionToCrash("b", new Set(["b"]))).toBeUndefined();
  copies.record({ kind: "partition.host", machine: "m", host: "c", pool: "pool" });
  expect(copies.objectionToCrash("a", new Set(["b"]))).toBeUndefined();
});

const crash = (host: string): Fault => ({ kind: "crash", host, at: { atNs: 0 } });

test.each(["told by the trace", "there from the start"])(
  "atlas: of a machine in a pool, %s, it asks no witness",
  (how) => {
    const pool = { name: "pool", hosts: ["a", "b"] };
    const isTold = how === "told by the trace";
    const atlas = new Atlas(isTold ? {} : { machines: [{ name: "m", nodes: [], pool }] });
    const seen = (record: Parameters<Trace["emit"]>[0]): void => atlas.record(0, 1, record);
    if (isTold) {
      const of = { machine: "m", host: "a", pool: "pool", term: 1, epoch: 0, pages: 1 };
      seen({ kind: "partition.made", ...of, bytes: 1, digest: "" });
      for (const host of pool.hosts) {
        seen({ kind: "partition.host", machine: "m", host, pool: "pool" });
      }
    }
    seen({ kind: "protection.started", machine: "m", host: "a", term: 1, secondary: "b" });
    expect(atlas.objection(crash("a"), 0)).toBeUndefined();
    expect(atlas.objection(crash("pool"), 0)).toMatch(/^pool has all/);
    seen({ kind: "host.crashed", host: "a" });
    expect(atlas.objection(crash("b"), 0)).toMatch(/^b is the last host/);
    expect(
      atlas.objection({ kind: "pause", host: "b", at: { atNs: 0 }, forNs: 1 }, 0),
    ).toBeUndefined();
    seen({ kind: "host.restarted", host: "a" });
    expect(atlas.objection(crash("b"), 0)).toBeUndefined();
  },
);
