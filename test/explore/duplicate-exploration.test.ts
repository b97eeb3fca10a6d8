// covers src/scenarios/duplicate.ts, src/verify/one-copy.ts
import { expect, test } from "vitest";
import { explore } from "../../src/explore/explore.ts";
import { duplicateScenario } from "../../src/scenarios/duplicate.ts";
import { ms } from "../../src/sim/time.ts";
import { sometimes } from "../../src/verify/properties/property.ts";

test("explore: a crash amid a duplication, of any host, harms neither the source nor a copy", () => {
  const result = explore(duplicateScenario, {
    mode: "every-step",
    hosts: ["a", "b", "c", "d"],
    steps: 8,
    untilNs: ms(120),
    scenario: { client: { requests: 40 } },
    properties: [
      sometimes("a copy serves", ({ kind }) => kind === "duplication.serving"),
      sometimes(
        "a copy is asked",
        (record) => record.kind === "request.acknowledged" && record.machine === "store on c",
      ),
    ],
  });
  expect(result).toMatchObject({ status: "holds", runs: 32 });
});
