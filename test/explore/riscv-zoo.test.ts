// covers src/explore/shrink.ts, src/verify/zoo.ts
import { test } from "vitest";
import { zoo, zooNames } from "../../src/verify/zoo.ts";
import { expectFound } from "./hunt.ts";

const onOwnScenario = zooNames.filter((name) => zoo[name].scenario !== undefined);

test.each(onOwnScenario)("zoo: %s is found and shrunk to at most three faults", (name) => {
  expectFound(name);
});
