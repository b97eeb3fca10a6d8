import type { Bank } from "./bank.ts";
import type { SqlValue } from "./library.ts";
import type { ScratchFiles } from "./scratch-files.ts";

/** All rows of a table, in the order of their keys. */
export interface TableDump {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly SqlValue[])[];
}

const COPY_PATH = "/copy.db";

/** Looks into a bank that runs in a machine of its own, a copy of the one that is asked about. */
export class BankAudit {
  readonly #bank: Bank;
  readonly #files: ScratchFiles;

  constructor(bank: Bank, files: ScratchFiles) {
    this.#bank = bank;
    this.#files = files;
  }

  /** The rows of a query. */
  query(sql: string): SqlValue[][] {
    return this.#bank.library.query(this.#bank.database, sql);
  }

  /** All tables by name, each with all its rows. */
  tables(): TableDump[] {
    const tables = this.query("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
    return tables.map(([name]) => ({
      name: String(name),
      columns: this.query(`PRAGMA table_info("${name}")`).map((column) => String(column[1])),
      rows: this.query(`SELECT * FROM "${name}" ORDER BY rowid`),
    }));
  }

  /** The database as the bytes of a file that every SQLite can open. */
  file(): Uint8Array {
    const { library, database } = this.#bank;
    const copy = library.open(COPY_PATH);
    library.execute(copy, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");
    library.copy(database, copy);
    library.close(copy);
    return this.#files.contents(COPY_PATH);
  }

  /** What `PRAGMA integrity_check` says: `["ok"]` or what is wrong. */
  integrityCheck(): string[] {
    return this.query("PRAGMA integrity_check").map(([line]) => String(line));
  }

  /** How often each request of a client is in the ledger. */
  executions(client: number): Map<number, number> {
    const rows = this.query(
      `SELECT number, count(*) FROM ledger WHERE client = ${client} GROUP BY number ORDER BY number`,
    );
    return new Map(rows.map(([number, times]) => [Number(number), Number(times)]));
  }
}
