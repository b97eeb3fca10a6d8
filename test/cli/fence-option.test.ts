import { expect, test } from "vitest";
import { run } from "../../src/cli/command-line.ts";
import { checkTakesFence, parseFence } from "../../src/cli/fence-option.ts";
import { counterScenario } from "../../src/scenarios/counter.ts";
import { twinsScenario } from "../../src/scenarios/twins.ts";
import { recordedIo } from "./recorded-io.ts";

test("fence option: a name that there is, or none", () => {
  expect(parseFence(undefined)).toBeUndefined();
  expect(parseFence("power")).toBe("power");
  expect(() => parseFence("x")).toThrow(
    "fence: expected one of witness, storage-reservation, power",
  );
});

test("fence option: refused with a scenario that would not heed it", () => {
  expect(() => checkTakesFence("power", counterScenario)).not.toThrow();
  expect(() => checkTakesFence(undefined, twinsScenario)).not.toThrow();
  expect(() => checkTakesFence("power", twinsScenario)).toThrow(
    "--fence: expected with a scenario that takes one, got it with twins, which has its own",
  );
});

test("fence option: the machine is protected by it, alone and in a sweep", async () => {
  const io = recordedIo();
  expect(await run(["run", "counter", "--fence", "power", "--crash", "a@310ms"], io)).toBe(0);
  expect(io.out()).toContain("b knows that a is off");
  expect(await run(["explore", "twins", "--fence", "power", "--seeds", "1"], io)).toBe(2);
  const sweep = ["--every-step", "--steps", "8", "--host", "bmc a", "--workers", "1"];
  const explored = recordedIo();
  await run(["explore", "counter", "--fence", "power-head-start", ...sweep], explored);
  expect(explored.out()).toContain("8 runs of 8 of ");
});
