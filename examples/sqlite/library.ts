import { GuestPanic, type WasmMachine } from "standin/guests";
import { readCString } from "./c-string.ts";
import { EXPORT_NAMES } from "./sql-js.ts";

const SQLITE_OK = 0;
const SQLITE_ROW = 100;
const SQLITE_DONE = 101;

const TYPE_INTEGER = 1;
const TYPE_FLOAT = 2;
const TYPE_NULL = 5;

/** A value of a row, as SQLite has it. */
export type SqlValue = number | string | null;

/** A prepared statement: its address in the guest's memory. */
export type Statement = number & { readonly statement: unique symbol };

/** An open database: its address in the guest's memory. */
export type Database = number & { readonly database: unique symbol };

type Functions = Readonly<Record<keyof typeof EXPORT_NAMES, (...operands: number[]) => number>>;

/**
 * SQLite's C interface in a machine. Holds nothing but the address of a scratch word, which is the same
 * after every boot.
 */
export class SqliteLibrary {
  readonly machine: WasmMachine;
  readonly #functions: Functions;
  readonly #scratch: number;

  /** Runs the constructors of the program; called once for each instance. */
  constructor(machine: WasmMachine) {
    this.machine = machine;
    this.#functions = Object.fromEntries(
      Object.entries(EXPORT_NAMES).map(([name, short]) => [name, machine.exports[short]]),
    ) as Functions;
    this.#functions.construct();
    this.#scratch = this.allocate(8);
  }

  /** Memory of the program; zeros. */
  allocate(sizeBytes: number): number {
    const address = this.#functions.malloc(sizeBytes);
    if (address === 0) throw new GuestPanic("no memory left");
    this.machine.memory.write(address, new Uint8Array(sizeBytes));
    return address;
  }

  /** Opens a database; ":memory:" for one that lies in the machine's memory. */
  open(path: string): Database {
    const result = this.#withText(path, (text) => this.#functions.open(text, this.#scratch));
    const database = this.machine.memory.load32(this.#scratch) as Database;
    this.#expectOk(database, result, `opening ${path}`);
    return database;
  }

  close(database: Database): void {
    this.#expectOk(database, this.#functions.close(database), "closing");
  }

  /** Executes statements without results. */
  execute(database: Database, sql: string): void {
    const result = this.#withText(sql, (text) => this.#functions.execute(database, text, 0, 0, 0));
    this.#expectOk(database, result, sql);
  }

  prepare(database: Database, sql: string): Statement {
    const result = this.#withText(sql, (text) =>
      this.#functions.prepare(database, text, -1, this.#scratch, 0),
    );
    this.#expectOk(database, result, sql);
    return this.machine.memory.load32(this.#scratch) as Statement;
  }

  finalize(statement: Statement): void {
    this.#functions.finalize(statement);
  }

  /**
   * Runs a statement to its first row and resets it.
   *
   * @param values Integers for ?1, ?2, … of at most 53 bits.
   * @returns The row's columns, which are integers; `undefined` without a row.
   */
  run(database: Database, statement: Statement, ...values: number[]): number[] | undefined {
    for (const [index, value] of values.entries())
      this.#bind(database, statement, index + 1, value);
    const result = this.#functions.step(statement);
    const row = result === SQLITE_ROW ? this.#integers(statement) : undefined;
    const reset = this.#functions.reset(statement);
    if (result !== SQLITE_ROW && result !== SQLITE_DONE) this.#expectOk(database, result, "a step");
    this.#expectOk(database, reset, "a reset");
    return row;
  }

  /** All rows of a query. */
  query(database: Database, sql: string): SqlValue[][] {
    const statement = this.prepare(database, sql);
    const rows: SqlValue[][] = [];
    for (;;) {
      const result = this.#functions.step(statement);
      if (result === SQLITE_DONE) break;
      if (result !== SQLITE_ROW) this.#expectOk(database, result, sql);
      const count = this.#functions.columnCount(statement);
      rows.push(Array.from({ length: count }, (_, column) => this.#value(statement, column)));
    }
    this.finalize(statement);
    return rows;
  }

  /** Copies a database page by page into another. */
  copy(source: Database, target: Database): void {
    this.#withText("main", (main) => {
      const backup = this.#functions.backupInit(target, main, source, main);
      if (backup === 0) this.#expectOk(target, -1, "a backup");
      const result = this.#functions.backupStep(backup, -1);
      if (result !== SQLITE_DONE) this.#expectOk(target, result, "a backup");
      this.#expectOk(target, this.#functions.backupFinish(backup), "a backup");
    });
  }

  #bind(database: Database, statement: Statement, index: number, value: number): void {
    // The interface has no 64-bit binding that is exported; a double that is whole is stored as an integer.
    const narrow = (value | 0) === value;
    const bind = narrow ? this.#functions.bindInt : this.#functions.bindDouble;
    this.#expectOk(database, bind(statement, index, value), "a binding");
  }

  #integers(statement: Statement): number[] {
    const count = this.#functions.columnCount(statement);
    return Array.from({ length: count }, (_, column) =>
      this.#functions.columnDouble(statement, column),
    );
  }

  #value(statement: Statement, column: number): SqlValue {
    const type = this.#functions.columnType(statement, column);
    if (type === TYPE_NULL) return null;
    if (type === TYPE_INTEGER || type === TYPE_FLOAT) {
      return this.#functions.columnDouble(statement, column);
    }
    return readCString(this.machine, this.#functions.columnText(statement, column));
  }

  #withText<T>(text: string, use: (address: number) => T): T {
    const bytes = new TextEncoder().encode(`${text}\0`);
    const address = this.allocate(bytes.length);
    this.machine.memory.write(address, bytes);
    const result = use(address);
    this.#functions.free(address);
    return result;
  }

  #expectOk(database: Database, result: number, what: string): void {
    if (result === SQLITE_OK) return;
    const message = readCString(this.machine, this.#functions.errorMessage(database));
    throw new GuestPanic(`SQLite refused ${what}: ${message} (${result})`);
  }
}
