import { expect, test } from "vitest";
import { guestMakers, guestNames } from "../../src/cli/guest-catalogue.ts";
import { UsageError } from "../../src/cli/usage-error.ts";
import { SILENCE } from "../../src/guest/copy-guest.ts";
import { memoryBytesOf } from "../../src/guest/memory-bytes.ts";

test("guest catalogue: every name has its guest, with the memory that is asked for", async () => {
  const makers = await guestMakers(new Set(guestNames));
  expect([...makers.keys()]).toEqual(guestNames);
  for (const name of ["counter", "kv", "riscv-kv"]) {
    const bytesWith = (memoryBytes: number): number =>
      memoryBytesOf(makers.get(name)!({ memoryBytes }).create(SILENCE));
    // A disk comes on top of it.
    expect(bytesWith(8_388_608) - bytesWith(4_194_304)).toBe(4_194_304);
  }
  expect([...makers.values()].map((make) => make({}).name)).toEqual([
    ...["counter", "key-value", "riscv-kv", "sqlite"],
  ]);
});

test("guest catalogue: the database has the memory that it is built with", async () => {
  const sqlite = (await guestMakers(new Set(["sqlite"]))).get("sqlite")!;
  expect(sqlite({}).name).toBe("sqlite");
  expect(() => sqlite({ memoryBytes: 1_048_576 })).toThrow(
    new UsageError(
      "memory: expected none for sqlite, which has what it is built with, got 1048576 B",
    ),
  );
});

test("guest catalogue: the database is loaded only when it is wanted", async () => {
  expect((await guestMakers(new Set(["kv"]))).has("sqlite")).toBe(false);
});
