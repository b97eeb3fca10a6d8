import { expect, test } from "vitest";
import { ITEMS_MAX, PlanFields } from "../../src/clusters/plan-fields.ts";

const of = (given: unknown): PlanFields => new PlanFields("plan", given);

test("plan fields: what is there is given, what is not has its default", () => {
  const fields = of({
    ...{ name: "a b", kind: "two", count: 3, loss: 0.5, at: "2ms", memory: "1KiB" },
    ...{ bandwidth: "1kbit/s", repair: "1y", pair: ["a", "b"], within: { x: 1 }, list: [{}, {}] },
  });
  expect(fields.name("name")).toBe("a b");
  expect(fields.word("kind", ["one", "two"])).toBe("two");
  expect(fields.count("count", 0, 3)).toBe(3);
  expect(fields.chance("loss")).toBe(0.5);
  expect(fields.time("at")).toBe(2_000_000);
  expect(fields.size("memory")).toBe(1_024);
  expect(fields.rate("bandwidth")).toBe(1_000);
  const long = { leastMs: 1, mostMs: 1e12, words: "any" };
  expect(fields.longTime("repair", long)).toBe(31_536_000_000);
  expect(fields.pair("pair")).toEqual(["a", "b"]);
  expect(fields.object("within").count("x", 0, 9)).toBe(1);
  expect(fields.list("list").map(({ path }) => path)).toEqual(["plan.list[0]", "plan.list[1]"]);
  fields.end();

  const empty = of({});
  expect(empty.word("kind", ["one", "two"], "one")).toBe("one");
  expect(empty.count("count", 0, 3, 2)).toBe(2);
  expect(empty.time("at", {}, 7)).toBe(7);
  expect(empty.list("list")).toEqual([]);
  empty.end();
});

test.each<[string, unknown, (fields: PlanFields) => unknown, string]>([
  [
    "FIELD",
    {},
    (f) => f.name("x"),
    "plan.x: expected 1 to 64 printable ASCII characters, got nothing",
  ],
  ["FIELD", { x: "" }, (f) => f.name("x"), 'got ""'],
  ["FIELD", { x: "é" }, (f) => f.name("x"), 'got "é"'],
  ["FIELD", { x: "a\n" }, (f) => f.name("x"), 'got "a\\n"'],
  ["FIELD", { x: "a".repeat(65) }, (f) => f.name("x"), "printable ASCII"],
  ["VALUE", { x: "c" }, (f) => f.word("x", ["a", "b"]), 'plan.x: expected one of a, b, got "c"'],
  ["VALUE", { x: "toString" }, (f) => f.word("x", ["a"]), 'got "toString"'],
  ["FIELD", { x: "1" }, (f) => f.count("x", 0, 9), 'plan.x: expected a number, got "1"'],
  [
    "VALUE",
    { x: 10 },
    (f) => f.count("x", 0, 9),
    "plan.x: expected a whole number from 0 to 9, got 10",
  ],
  ["VALUE", { x: -1 }, (f) => f.count("x", 0, 9), "got -1"],
  ["VALUE", { x: 0.5 }, (f) => f.count("x", 0, 9), "got 0.5"],
  ["VALUE", JSON.parse('{"x":1e999}'), (f) => f.count("x", 0, 9), "got Infinity"],
  ["FIELD", { x: "1" }, (f) => f.chance("x"), "plan.x: expected a number"],
  ["VALUE", { x: 1.01 }, (f) => f.chance("x"), "plan.x: expected from 0 to 1, got 1.01"],
  ["VALUE", { x: -0.01 }, (f) => f.chance("x"), "got -0.01"],
  ["FIELD", { x: 5 }, (f) => f.time("x"), "plan.x: expected a time such as"],
  ["VALUE", { x: "0s" }, (f) => f.time("x"), 'plan.x: expected from 1 ns to 8640000 s, got "0s"'],
  ["FIELD", { x: [] }, (f) => f.object("x"), "plan.x: expected an object, got a list"],
  ["FIELD", { x: null }, (f) => f.object("x"), "plan.x: expected an object, got null"],
  ["FIELD", { x: {} }, (f) => f.list("x"), "plan.x: expected a list, got an object"],
  ["FIELD", { x: [{}, 1] }, (f) => f.list("x"), "plan.x[1]: expected an object, got 1"],
  [
    "FIELD",
    { x: ["a"] },
    (f) => f.pair("x"),
    "plan.x: expected a list of two different names, got a list",
  ],
  ["FIELD", { x: ["a", 1] }, (f) => f.pair("x"), "two different names"],
  ["FIELD", { x: ["a", "a"] }, (f) => f.pair("x"), "two different names"],
  ["FIELD", { x: ["a", "b", "c"] }, (f) => f.pair("x"), "two different names"],
  ["VALUE", { x: 1 }, (f) => f.refuse("x", "less", 1), "plan.x: expected less, got 1"],
])("plan fields: refused: CLUSTER_%s, %j", (code, given, read, message) => {
  const refused = (): unknown => read(of(given));
  expect(refused).toThrow(expect.objectContaining({ code: `CLUSTER_${code}` }));
  expect(refused).toThrow(message);
});

test("plan fields: lists are bounded", () => {
  const list = new Array<unknown>(ITEMS_MAX + 1).fill({});
  expect(() => of({ list }).list("list")).toThrow(
    "plan.list: expected at most 10000 items, got 10001",
  );
  expect(of({ list: list.slice(1) }).list("list")).toHaveLength(ITEMS_MAX);
});

test("plan fields: what nobody asks for is refused, with what there is to ask for", () => {
  const fields = of({ name: "a", naem: "b" });
  fields.name("name");
  fields.list("hosts");
  expect(() => fields.end()).toThrow('plan: expected no fields but name, hosts, got "naem"');
  // A field of that name, and not what every object has.
  const strange = of(JSON.parse('{"__proto__": {"name": "x"}}'));
  expect(strange.has("name")).toBe(false);
  expect(() => strange.end()).toThrow('plan: expected no fields but name, got "__proto__"');
  expect(strange.has("__proto__")).toBe(true);
  strange.end();
});
