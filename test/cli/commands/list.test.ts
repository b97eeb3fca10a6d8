import { expect, test } from "vitest";
import { run } from "../../../src/cli/command-line.ts";
import { fenceNames } from "../../../src/cluster/fencing/fences.ts";
import { builtInScenarios } from "../../../src/scenarios/built-in.ts";
import { partCatalogue } from "../../../src/schemes/part-catalogue.ts";
import { stages } from "../../../src/schemes/part-choice.ts";
import { schemeNames } from "../../../src/schemes/scheme-choice.ts";
import { zoo, zooNames } from "../../../src/verify/zoo.ts";
import { recordedIo } from "../recorded-io.ts";

test("list: scenarios, profiles, schemes, parts, fences and zoo, each with what it is", async () => {
  const io = recordedIo();
  expect(await run(["list"], io)).toBe(0);
  for (const name of [
    "counter",
    "kv",
    "riscv-kv",
    "sqlite",
    "linux",
    "modern",
    "remus2008",
    ...schemeNames,
    "encode=feedback",
    ...fenceNames,
    ...zooNames,
  ]) {
    expect(io.out()).toMatch(new RegExp(`^ {2}${name} +\\w`, "m"));
  }
  for (const line of io.out().split("\n")) expect(line.length).toBeLessThanOrEqual(100);
});

test("list: as JSON", async () => {
  const io = recordedIo();
  expect(await run(["list", "--json"], io)).toBe(0);
  const lists = JSON.parse(io.out()) as Record<string, { name: string; description: string }[]>;
  expect(lists["scenarios"]?.map(({ name }) => name)).toEqual([
    ...builtInScenarios.map(({ name }) => name),
    "sqlite",
    "linux",
    "linux-compile",
  ]);
  expect(lists["profiles"]?.map(({ name }) => name)).toEqual(["modern", "remus2008"]);
  expect(lists["schemes"]?.map(({ name }) => name)).toEqual(schemeNames);
  expect(lists["schemes"]?.[1]?.description).toMatch(
    /^checkpoints every 25 ms .* \(Remus, NSDI'08\)$/,
  );
  expect(lists["parts"]?.[0]).toEqual({
    name: "trigger=fixed-interval",
    description: "at a fixed interval (Remus, NSDI'08)",
  });
  const names = stages.flatMap((stage) =>
    Object.keys(partCatalogue[stage]).map((name) => `${stage}=${name}`),
  );
  expect(lists["parts"]?.map(({ name }) => name)).toEqual(names);
  expect(lists["fences"]?.map(({ name }) => name)).toEqual(fenceNames);
  expect(lists["zoo"]?.map(({ name }) => name)).toEqual(zooNames);
  expect(lists["zoo"]?.[0]?.description).toBe(zoo[zooNames[0]!].what);
});

test("list: it takes no arguments", async () => {
  const io = recordedIo();
  expect(await run(["list", "counter"], io)).toBe(2);
  expect(io.err()).toBe(
    'standin list: expected no arguments, got "counter"\n(standin list --help says more)\n',
  );
});
