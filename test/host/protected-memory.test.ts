import { expect, test } from "vitest";
import { Network } from "../../src/host/network.ts";
import { ProtectedMemory } from "../../src/host/protected-memory.ts";
import { Engine } from "../../src/sim/engine.ts";

test("protected memory: it keeps copies, by name", () => {
  const memory = new ProtectedMemory();
  const bytes = Uint8Array.of(1, 2);
  memory.store("m", bytes);
  bytes[0] = 9;
  expect(memory.load("m")).toEqual(Uint8Array.of(1, 2));
  memory.load("m")!.fill(0);
  expect(memory.load("m")).toEqual(Uint8Array.of(1, 2));
  expect(memory.load("n")).toBeUndefined();
  memory.store("m", Uint8Array.of(3));
  expect(memory.load("m")).toEqual(Uint8Array.of(3));
});

test("protected memory: it survives a crash of its host", () => {
  const host = new Network(new Engine({ seed: 1 })).addHost("a");
  host.protectedMemory.store("m", Uint8Array.of(1));
  host.crash();
  host.restart();
  expect(host.protectedMemory.load("m")).toEqual(Uint8Array.of(1));
});

test("protected memory: what does not fit a page is refused", () => {
  expect(() => new ProtectedMemory().store("m", new Uint8Array(4_097))).toThrow("fits a page");
});
