// covers src/verify/history/guest-calls.ts
import { counterScenario, keyValueScenario, ms, type Scenario, Simulation } from "standin";
import { expect, test } from "vitest";
import { clientHistory, type ReadCall } from "../../../src/verify/history/client-history.ts";
import { counterCall, keyValueCall } from "../../../src/verify/history/guest-calls.ts";
import { checkHistory } from "../../../src/verify/linearizability/check-history.ts";
import { type ModelName, models } from "../../../src/verify/linearizability/models.ts";
import type { ZooName } from "../../../src/verify/zoo.ts";

const called: ReadCall = (request, reply) => ({
  f: "f",
  input: request[0] ?? null,
  ...(reply === undefined ? {} : { output: reply[0] ?? null }),
});

test("client history: overlapping requests of one client are several processes", () => {
  const invocation = (number: number, invokedAtNs: number, repliedAtNs?: number) => ({
    number,
    request: new Uint8Array([number]),
    invokedAtNs,
    attempts: 1,
    ...(repliedAtNs === undefined ? {} : { reply: new Uint8Array([9]), repliedAtNs }),
  });
  const history = [
    invocation(1, 10, 30),
    invocation(2, 20, 40),
    invocation(3, 30),
    invocation(4, 50, 60),
  ];
  const entries = clientHistory([{ name: "c", history }], called);
  expect(entries.map(({ process, type, value, time }) => [process, type, value, time])).toEqual([
    ["c.1", "invoke", 1, 10],
    ["c.2", "invoke", 2, 20],
    // Called when another returned: concurrent with it.
    ["c.3", "invoke", 3, 30],
    ["c.1", "ok", 9, 30],
    ["c.2", "ok", 9, 40],
    ["c.1", "invoke", 4, 50],
    ["c.1", "ok", 9, 60],
  ]);
});

function checked(
  scenario: Scenario,
  read: ReadCall,
  model: ModelName,
  broken: readonly ZooName[] = [],
  occurrence = 6,
) {
  const plan = {
    version: 1,
    faults: [{ kind: "crash", host: "a", at: { point: "group.sent", occurrence } }],
  } as const;
  const sim = new Simulation({
    seed: 2,
    onViolation: "record",
    plan,
    build: (made) => scenario.build(made, { broken }),
  });
  sim.run({ until: ms(2_000) });
  return checkHistory(clientHistory(sim.clients, read), models[model]);
}

test("client history: what clients see of a failover is linearizable", () => {
  expect(checked(counterScenario, counterCall, "counter").verdict).toBe("linearizable");
  expect(checked(keyValueScenario, keyValueCall, "key-value").verdict).toBe("linearizable");
});

test("client history: answers that left too early are found from what clients saw alone", () => {
  const verdicts = [3, 4, 5, 6, 7, 8].map(
    (occurrence) =>
      checked(counterScenario, counterCall, "counter", ["release-at-stop"], occurrence).verdict,
  );
  expect(verdicts).toContain("not-linearizable");
});
