import { expect, test } from "vitest";
import { models } from "../../../src/verify/linearizability/models.ts";

test("models: each is found under its own name", () => {
  expect(Object.entries(models).map(([name, model]) => [name, model.name])).toEqual(
    ["register", "cas-register", "key-value", "counter", "queue", "bank"].map((name) => [
      name,
      name,
    ]),
  );
});
