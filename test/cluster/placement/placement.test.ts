import { expect, test } from "vitest";
import { type PlacementHost, placed, roomOf } from "../../../src/cluster/placement/placement.ts";

function host(name: string, more: Partial<PlacementHost> = {}): PlacementHost {
  return { name, domain: name, memoryBytes: 100, usedBytes: 0, isOpen: true, ...more };
}

const request = { bytes: 40, present: new Set<string>(), domains: new Set<string>() };

test("placement: the host with the most room, the first of several with as much", () => {
  const hosts = [host("a", { usedBytes: 30 }), host("b"), host("c"), host("d", { usedBytes: 1 })];
  expect(placed(hosts, request)?.name).toBe("b");
  expect(roomOf(hosts[0]!)).toBe(70);
});

test("placement: no host that is closed, has a part, or has no room", () => {
  const hosts = [host("a", { isOpen: false }), host("b"), host("c", { usedBytes: 61 })];
  expect(placed(hosts, { ...request, present: new Set(["b"]) })).toBeUndefined();
  const fits = [...hosts, host("d", { usedBytes: 60 })];
  expect(placed(fits, { ...request, present: new Set(["b"]) })?.name).toBe("d");
});

test("placement: never in the domain of the other copy", () => {
  const hosts = [host("a", { domain: "rack 1" }), host("b", { domain: "rack 2", usedBytes: 50 })];
  const apart = { ...request, domains: new Set(["rack 1"]) };
  expect(placed(hosts, apart)?.name).toBe("b");
  expect(placed(hosts.slice(0, 1), apart)).toBeUndefined();
});

test("placement: rules that are broken on purpose are not kept", () => {
  const hosts = [host("a", { domain: "rack 1", usedBytes: 90 })];
  const apart = { ...request, domains: new Set(["rack 1"]) };
  expect(placed(hosts, apart, { anyDomain: true })).toBeUndefined();
  expect(placed(hosts, apart, { anyDomain: true, anySize: true })?.name).toBe("a");
  expect(placed(hosts, request, { anySize: true })?.name).toBe("a");
});
