import type { Packet } from "standin/guests";
import {
  BANK_STATUSES,
  type BankReply,
  type BankRequest,
  decodeBankRequest,
} from "./bank-protocol.ts";
import type { Database, SqliteLibrary, Statement } from "./library.ts";

/** What the ledger's column `kind` says. */
const LEDGER_KINDS = { malformed: 0, deposit: 1, transfer: 2 } as const;

// The index is not unique: an execution that happened twice must be there to be seen.
const SCHEMA = `
  CREATE TABLE accounts (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL CHECK (balance >= 0));
  CREATE TABLE ledger (
    entry INTEGER PRIMARY KEY,
    client INTEGER NOT NULL,
    number INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    account INTEGER NOT NULL,
    target INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    status INTEGER NOT NULL,
    balance INTEGER NOT NULL
  );
  CREATE INDEX ledger_requests ON ledger (client, number);
`;

const STATEMENTS = {
  begin: "BEGIN IMMEDIATE",
  commit: "COMMIT",
  find: "SELECT status, balance FROM ledger WHERE client = ?1 AND number = ?2 ORDER BY entry LIMIT 1",
  balance: "SELECT balance FROM accounts WHERE id = ?1",
  add: "UPDATE accounts SET balance = balance + ?2 WHERE id = ?1 RETURNING balance",
  take: "UPDATE accounts SET balance = balance - ?2 WHERE id = ?1 AND balance >= ?2 RETURNING balance",
  record: `INSERT INTO ledger (client, number, kind, account, target, amount, status, balance)
           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)`,
} as const;

type Statements = Readonly<Record<keyof typeof STATEMENTS, Statement>>;

/** How a bank is set up. */
export interface BankSetup {
  /** Accounts, numbered from 1. */
  readonly accounts: number;
  /** What is in each at first. */
  readonly initialBalance: number;
  /** Broken on purpose, for tests of the checks: a retried request is executed again. */
  readonly executeRetries: boolean;
}

/**
 * Accounts and a ledger in SQLite. Each request is one transaction, and the ledger's entry for it is
 * part of that transaction: it is the record by which a retry is recognised, and the journal by which
 * executions are counted.
 */
export class Bank {
  readonly library: SqliteLibrary;
  readonly database: Database;
  readonly #statements: Statements;
  readonly #executeRetries: boolean;

  /** Opens the database, creates the tables and prepares the statements; the same way every time. */
  constructor(library: SqliteLibrary, { accounts, initialBalance, executeRetries }: BankSetup) {
    this.library = library;
    this.#executeRetries = executeRetries;
    // A database opened by its C interface lies in the linear memory; no file is involved.
    this.database = library.open(":memory:");
    library.execute(this.database, SCHEMA);
    library.execute(
      this.database,
      `WITH RECURSIVE numbers (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM numbers WHERE id < ${accounts})
       INSERT INTO accounts SELECT id, ${initialBalance} FROM numbers`,
    );
    this.#statements = Object.fromEntries(
      Object.entries(STATEMENTS).map(([name, sql]) => [name, library.prepare(this.database, sql)]),
    ) as Statements;
  }

  /** Answers a request by one transaction, or by what the ledger says if it was executed before. */
  answer({ client, number, payload }: Packet): BankReply {
    this.#run("begin");
    const known = this.#executeRetries ? undefined : this.#run("find", client, number);
    const reply =
      known === undefined
        ? this.#execute(client, number, decodeBankRequest(payload))
        : { status: BANK_STATUSES[known[0]!]!, balance: known[1]! };
    this.#run("commit");
    return reply;
  }

  #execute(client: number, number: number, request: BankRequest | undefined): BankReply {
    const reply = request === undefined ? MALFORMED : this.#perform(request);
    const kind = LEDGER_KINDS[request?.kind ?? "malformed"];
    const { account = 0, amount = 0 } = request ?? {};
    const target = request?.kind === "transfer" ? request.target : 0;
    const status = BANK_STATUSES.indexOf(reply.status);
    this.#run("record", client, number, kind, account, target, amount, status, reply.balance);
    return reply;
  }

  #perform(request: BankRequest): BankReply {
    const { account, amount } = request;
    const [before] = this.#run("balance", account) ?? [];
    if (before === undefined) return { status: "no-such-account", balance: 0 };
    if (request.kind === "deposit") return ok(this.#run("add", account, amount));
    if (this.#run("balance", request.target) === undefined) {
      return { status: "no-such-account", balance: before };
    }
    const taken = this.#run("take", account, amount);
    if (taken === undefined) return { status: "insufficient-funds", balance: before };
    this.#run("add", request.target, amount);
    return ok(taken);
  }

  #run(name: keyof typeof STATEMENTS, ...values: number[]): number[] | undefined {
    return this.library.run(this.database, this.#statements[name], ...values);
  }
}

const MALFORMED: BankReply = { status: "malformed", balance: 0 };

function ok(row: number[] | undefined): BankReply {
  return { status: "ok", balance: row?.[0] ?? 0 };
}
