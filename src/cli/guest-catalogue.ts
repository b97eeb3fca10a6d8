import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { GuestMaker } from "../clusters/build-cluster.ts";
import { counter } from "../guest/counter.ts";
import type { GuestImage } from "../guest/guest.ts";
import { keyValue } from "../guest/key-value.ts";
import { riscvKeyValue } from "../guest/riscv/riscv-key-value.ts";
import { us } from "../sim/time.ts";
import { UsageError } from "./usage-error.ts";

const IS_BUILT = import.meta.url.endsWith(".js");
const SQLITE_URL = IS_BUILT
  ? new URL("../../build/examples/sqlite/sqlite.js", import.meta.url)
  : new URL("../../examples/sqlite/sqlite.ts", import.meta.url);

/** Names of the guests that a cluster's file can ask for. */
export const guestNames: readonly string[] = ["counter", "kv", "riscv-kv", "sqlite"];

/**
 * What makes the guests of a cluster's file.
 *
 * @param wanted Names from {@link guestNames}; only these are loaded.
 * @throws UsageError when one of them cannot be had here.
 */
export async function guestMakers(
  wanted: ReadonlySet<string>,
): Promise<ReadonlyMap<string, GuestMaker>> {
  const makers = new Map<string, GuestMaker>([
    ["counter", (options) => counter(options)],
    ["kv", (options) => keyValue({ ...options, serviceNs: us(50) })],
    ["riscv-kv", (options) => riscvKeyValue(options)],
  ]);
  if (wanted.has("sqlite")) makers.set("sqlite", await loadSqlite());
  return makers;
}

async function loadSqlite(): Promise<GuestMaker> {
  const path = fileURLToPath(SQLITE_URL);
  if (!existsSync(path)) {
    throw new UsageError(
      "sqlite: expected the project's own folder after npm ci: this guest is an example and not " +
        "part of the installed package",
    );
  }
  try {
    createRequire(path).resolve("sql.js");
  } catch {
    throw new UsageError("sqlite: expected the package sql.js, it is not installed (npm ci)");
  }
  const { loadSqlite: load } = (await import(SQLITE_URL.href)) as {
    loadSqlite: () => Promise<(options: { instrument?: boolean }) => GuestImage>;
  };
  const sqlite = await load();
  return ({ memoryBytes }) => {
    if (memoryBytes === undefined) return sqlite({ instrument: true });
    throw new UsageError(
      `memory: expected none for sqlite, which has what it is built with, got ${memoryBytes} B`,
    );
  };
}
