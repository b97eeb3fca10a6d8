import { type Memory, WASM_RECEIVE_BYTES, wasmGuest } from "standin/guests";
import type { RandomStream } from "#src/sim/random";
import { hostCalls } from "../../examples/sqlite/host-calls.ts";
import { SqliteLibrary } from "../../examples/sqlite/library.ts";
import { readSqlJs } from "../../examples/sqlite/sql-js.ts";

/** A SQLite machine with tables to work on, and the statements of the bench. */
export interface ScratchDatabase {
  readonly memory: Memory;
  readonly execute: (sql: string) => void;
  /** As `execute`; a statement that SQLite refuses is left out. */
  readonly tryExecute: (sql: string) => void;
  readonly insert: (key: number, value: number) => void;
  readonly find: (key: number) => void;
}

const SCHEMA = `
  CREATE TABLE single (id INTEGER PRIMARY KEY, key INTEGER, value INTEGER);
  CREATE INDEX single_keys ON single (key);
  CREATE TABLE bulk (key INTEGER, value INTEGER, note TEXT);
  CREATE TABLE fixed (key INTEGER PRIMARY KEY, value INTEGER, note TEXT);
  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
    INSERT INTO fixed SELECT i, i * 31 % 1009, 'row ' || i FROM n;
  CREATE TABLE random (key INTEGER, value, note TEXT);
  CREATE INDEX random_keys ON random (key);
`;

/** Opens a database in a machine of its own. */
export async function openScratchDatabase(options: {
  readonly instrument: boolean;
}): Promise<ScratchDatabase> {
  const binary = await readSqlJs();
  let library: SqliteLibrary | undefined;
  const image = wasmGuest({
    name: "scratch",
    binary,
    ...options,
    imports: (machine) => hostCalls(machine),
    boot(machine) {
      library = new SqliteLibrary(machine);
      const receiveAddress = library.allocate(WASM_RECEIVE_BYTES);
      return { receiveAddress, costNs: () => 1, serve: () => undefined };
    },
    executions: () => new Map(),
    workload: () => ({ request: () => new Uint8Array(0) }),
  });
  const { memory } = image.create({ now: () => 0, random32: () => 7, transmit: () => undefined });
  if (library === undefined) throw new Error("a machine that was created has booted");
  const sqlite = library;
  const database = sqlite.open(":memory:");
  const execute = (sql: string): void => sqlite.execute(database, sql);
  execute(SCHEMA);
  const insert = sqlite.prepare(database, "INSERT INTO single (key, value) VALUES (?1, ?2)");
  const find = sqlite.prepare(database, "SELECT value, length(note) FROM fixed WHERE key = ?1");
  return {
    memory,
    execute,
    tryExecute(sql) {
      try {
        execute(sql);
      } catch {
        // a statement that cannot be executed changes memory too
      }
    },
    insert: (key, value) => void sqlite.run(database, insert, key, value),
    find: (key) => void sqlite.run(database, find, key),
  };
}

/** A statement that changes tables, looks into them or begins and ends transactions. */
export function drawStatement(random: RandomStream): string {
  const key = random.below(5_000);
  const length = random.below(4) === 0 ? random.below(9_000) : random.below(60);
  const condition = `key BETWEEN ${key} AND ${key + random.below(40)}`;
  const statements = [
    `INSERT INTO random VALUES (${key}, ${random.below(1_000)}, hex(zeroblob(${length})))`,
    `INSERT INTO random VALUES (${key}, randomblob(${length}), NULL)`,
    `UPDATE random SET value = ${key}, note = note || 'x' WHERE ${condition}`,
    `DELETE FROM random WHERE ${condition}`,
    `SELECT count(*), sum(length(note)) FROM random WHERE ${condition}`,
    `SELECT * FROM random ORDER BY note, value LIMIT ${random.below(50)}`,
    `SELECT group_concat(key), max(value) FROM random GROUP BY key % ${1 + random.below(20)}`,
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT here",
    "ROLLBACK TO here",
    `CREATE TABLE t${random.below(6)} (a, b)`,
    `DROP TABLE t${random.below(6)}`,
    `INSERT INTO t${random.below(6)} SELECT key, note FROM random LIMIT ${random.below(200)}`,
    "this is no statement",
  ];
  return statements[random.below(statements.length)]!;
}
