import { expect, test } from "vitest";
import { bytesOf, twoHosts } from "./rig.ts";

test("link: each end has the direction that leaves it", () => {
  const { a, b, link } = twoHosts();
  expect([link.from(a).to, link.from("b").to]).toEqual(["b", "a"]);
  expect(link.wires).toEqual([link.from(a), link.from(b)]);
  expect(() => link.from("c")).toThrow(expect.objectContaining({ code: "LINK_END" }));
});

test("link: cut in one direction, the other goes on", () => {
  const { engine, network, a, b, link, of } = twoHosts();
  const [atA, atB] = [a.open("p"), b.open("p")];
  link.partition("a");
  network.send(a, "b", "p", bytesOf("x"));
  network.send(b, "a", "p", bytesOf("x"));
  engine.run();
  expect([atA.length, atB.length]).toEqual([1, 0]);
  link.heal();
  expect(of("link.partitioned", "link.healed")).toEqual([
    { kind: "link.partitioned", from: "a", to: "b" },
    { kind: "link.healed", from: "a", to: "b" },
  ]);
});

test("link: cutting what is cut and healing what is whole leaves no record", () => {
  const { link, count } = twoHosts();
  link.heal();
  link.partition();
  link.partition();
  link.partition("a");
  link.heal("b");
  link.heal("b");
  expect(count("link.partitioned")).toBe(2);
  expect(count("link.healed")).toBe(1);
});

test("link: rules and changes of the link hold for both directions", () => {
  const { engine, network, a, b, link, count } = twoHosts();
  a.open("p");
  b.open("p");
  const sendBoth = (): void => {
    network.send(a, "b", "p", bytesOf("x"));
    network.send(b, "a", "p", bytesOf("x"));
    engine.run();
  };
  const remove = link.addRule(() => "drop");
  sendBoth();
  expect(count("link.delivered")).toBe(0);
  remove();
  sendBoth();
  expect(count("link.delivered")).toBe(2);
  link.change({ loss: 1 });
  sendBoth();
  expect(count("link.delivered")).toBe(2);
  link.from(a).change({ loss: 0 });
  sendBoth();
  expect(count("link.delivered")).toBe(3);
});
