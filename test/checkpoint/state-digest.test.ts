import { expect, test } from "vitest";
import { stateDigest } from "../../src/checkpoint/state-digest.ts";
import { Memory } from "../../src/memory/memory.ts";
import { MemoryDigest } from "../../src/memory/memory-digest.ts";
import { SparseBacking } from "../../src/memory/sparse-backing.ts";

function machine() {
  const memory = new Memory();
  memory.addRegion({ name: "ram", basePage: 0, backing: new SparseBacking(4), stores: "seen" });
  return { memory, digest: new MemoryDigest(memory) };
}

const registers = (value: number): Uint8Array => new Uint8Array([value, value >> 8, 1]);

test("state digest: two machines with equal memory and registers have the same", () => {
  const [one, other] = [machine(), machine()];
  for (const { memory } of [one, other]) memory.store32(4096, 77);
  expect(stateDigest(one.digest, registers(1))).toBe(stateDigest(other.digest, registers(1)));
});

test("state digest: one byte of memory, or of the registers, makes another", () => {
  const { memory, digest } = machine();
  const seen = [stateDigest(digest, registers(1)), stateDigest(digest, registers(2))];
  memory.store8(4096, 1);
  seen.push(stateDigest(digest, registers(1)), stateDigest(digest, registers(2)));
  expect(new Set(seen).size).toBe(4);
});

test("state digest: it has 16 digits for memory and 8 for registers, zeros in front included", () => {
  const { digest } = machine();
  const halves = Array.from({ length: 100 }, (_, value) => stateDigest(digest, registers(value)));
  for (const each of halves) expect(each).toMatch(/^[0-9a-f]{16}-[0-9a-f]{8}$/);
  expect(halves.some((each) => each.includes("-0"))).toBe(true);
});
