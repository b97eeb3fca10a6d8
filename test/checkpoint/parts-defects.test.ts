// covers src/checkpoint/encode/encode-defects.ts, src/checkpoint/checkpointer.ts
import { expect, test } from "vitest";
import { captures } from "../../src/checkpoint/capture/captures.ts";
import type { EncodeDefects } from "../../src/checkpoint/encode/encode-defects.ts";
import { encodings } from "../../src/checkpoint/encode/encodings.ts";
import type { CheckpointOptions } from "../../src/checkpoint/options.ts";
import { keyValue } from "../../src/guest/key-value.ts";
import { checkpoint } from "../../src/schemes/checkpoint.ts";
import { ms, seconds, us } from "../../src/sim/time.ts";
import { Simulation } from "../../src/simulation/simulation.ts";

/** Two hosts, and machines that run on the first under one scheme, with a client each. */
function cluster(options: CheckpointOptions, names: readonly string[]) {
  const simulation = new Simulation({ seed: 3, onViolation: "record" });
  const { a, b } = simulation.hosts(["a", "b"], { latency: us(30) });
  const scheme = checkpoint({ interval: ms(5), ...options });
  const machines = names.map((name) =>
    simulation.protect(keyValue(), { name, primary: a, secondary: b, scheme }),
  );
  for (const machine of machines) simulation.client(machine, { requests: 200, think: ms(2) });
  return { simulation, machines, a, b };
}

const found = ({ violations }: Simulation) => violations[0]?.name;

/** What the checks say of one machine that nothing happens to. */
function alone(options: CheckpointOptions): string | undefined {
  const { simulation } = cluster(options, ["kv"]);
  simulation.run({ until: seconds(1) });
  return found(simulation);
}

/** What they say of two machines. */
function together(options: CheckpointOptions): string | undefined {
  const { simulation } = cluster(options, ["one", "other"]);
  simulation.run({ until: seconds(1) });
  return found(simulation);
}

/** What they say of one whose secondary dies and is replaced. */
function protectedAgain(options: CheckpointOptions): string | undefined {
  const { simulation, machines, b } = cluster(options, ["kv"]);
  simulation.at(ms(150), () => b.crash());
  simulation.at(ms(400), () => {
    b.restart();
    simulation.protectAgain(machines[0]!, b);
  });
  simulation.run({ until: seconds(1) });
  expect(machines[0]!.isProtected).toBe(true);
  return found(simulation);
}

const all = [
  ["word difference", (broken: EncodeDefects) => encodings.wordDifference({ broken })],
  ["run-length XOR", (broken: EncodeDefects) => encodings.runLengthXor({ broken })],
  ["Remus hybrid", (broken: EncodeDefects) => encodings.remusHybrid({ broken })],
  ["feedback", (broken: EncodeDefects) => encodings.feedback({ thresholdIntervals: 1, broken })],
] as const;

test.each(all)(
  "parts defects: with %s, a difference from the wrong base is noticed",
  (_name, encode) => {
    expect(alone({ encode: encode({}) })).toBeUndefined();
    expect(alone({ encode: encode({ staleBase: true }) })).toBe("memory-identity");
  },
);

test.each(all)(
  "parts defects: with %s, machines that share what they know are noticed",
  (_name, encode) => {
    expect(together({ encode: encode({}) })).toBeUndefined();
    expect(together({ encode: encode({ sharedList: true }) })).toBe("memory-identity");
  },
);

test.each(all)(
  "parts defects: with %s, what outlives a secondary is noticed at the next one",
  (_name, encode) => {
    expect(protectedAgain({ encode: encode({}) })).toBeUndefined();
    expect(protectedAgain({ encode: encode({ keepAfterLoss: true }) })).toBe("memory-identity");
  },
);

test.each([
  [
    "a forwarded page that is not sent again",
    { capture: captures.forwarding({ periodNs: ms(1), broken: { notResent: true } }) },
    { capture: captures.forwarding({ periodNs: ms(1) }) },
  ],
  [
    "a page to be copied later that is not protected",
    { capture: captures.copyOnWrite({ broken: { unprotected: true } }) },
    { capture: captures.copyOnWrite() },
  ],
  [
    "a ring that overflows",
    { track: "dirty-ring", ringEntries: 2, broken: { ringOverflowIgnored: true } },
    { track: "dirty-ring", ringEntries: 2 },
  ],
] satisfies readonly [string, CheckpointOptions, CheckpointOptions][])(
  "parts defects: %s is noticed",
  (_what, defective, sound) => {
    expect(alone(sound)).toBeUndefined();
    expect(alone(defective)).toBe("memory-identity");
  },
);
