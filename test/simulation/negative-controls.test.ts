import { type CheckpointDefects, type ClusterDefects, seconds } from "standin";
import { expect, test } from "vitest";
import { pairUnderTest } from "./pair-under-test.ts";

type Pair = ReturnType<typeof pairUnderTest>;

/** Steps of the protocol at which a host can be lost with a checkpoint under way. */
const STEPS = ["checkpoint.resumed", "group.sent", "group.staged", "commit.sent"];

/** Runs the pair with a defect, its primary dying at one step after the other; what was violated. */
function violated(broken: CheckpointDefects & ClusterDefects, act = crash): Set<string> {
  const names = new Set<string>();
  for (const [index, step] of STEPS.entries()) {
    for (const epoch of [3, 4, 7]) {
      const pair = pairUnderTest({ seed: index, broken, onViolation: "record" });
      pair.sim.trace.addSink({
        record(_atNs, _position, record) {
          if (record.kind === step && record["epoch"] === epoch) act(pair);
        },
      });
      pair.sim.run({ until: seconds(1) });
      for (const { name } of pair.sim.violations) names.add(name);
    }
  }
  return names;
}

function crash({ a }: Pair): void {
  a.crash();
}

test("negative control: the same failures without a defect violate nothing", () => {
  expect(violated({})).toEqual(new Set());
});

test("negative control: output released at the stop is noticed, and loses what was acknowledged", () => {
  const names = violated({ releaseAtStop: true });
  expect(names).toContain("output-commit");
  expect(names).toContain("nothing-lost");
});

test("negative control: half a checkpoint applied is noticed", () => {
  expect(violated({ tornApply: true })).toContain("memory-identity");
});

test("negative control: cached translations that are not invalidated are noticed", () => {
  expect(violated({ noTlbInvalidate: true })).toContain("memory-identity");
});

test("negative control: serving without asking the witness is noticed", () => {
  const cut = ({ sim }: Pair): void => {
    sim.network.partition("a", "b");
  };
  expect(violated({}, cut)).toEqual(new Set());
  expect(violated({ noWitness: true }, cut)).toContain("one-server");
});

test("negative control: a violation stops the run unless it is only recorded", () => {
  const { sim } = pairUnderTest({ broken: { releaseAtStop: true } });
  expect(() => sim.run({ until: seconds(1) })).toThrow(/^output-commit: .*seed 7/);
});
