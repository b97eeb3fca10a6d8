import {
  copyGuest,
  decodePacket,
  encodePacket,
  type Guest,
  type GuestImage,
  GuestPanic,
  type GuestServices,
  type RandomStream,
  WASM_RECEIVE_BYTES,
  type WasmBinary,
  type WasmMachine,
  type Workload,
  wasmGuest,
} from "standin/guests";
import { BankAudit } from "./audit.ts";
import { Bank } from "./bank.ts";
import { encodeBankReply, encodeBankRequest } from "./bank-protocol.ts";
import { hostCalls } from "./host-calls.ts";
import { SqliteLibrary } from "./library.ts";
import { ScratchFiles } from "./scratch-files.ts";
import { readSqlJs } from "./sql-js.ts";

/** Options of a SQLite machine. */
export interface SqliteOptions {
  /** Accounts of the bank, 2 to 1,000,000. Default 100. */
  readonly accounts?: number;
  /** What is in each account at first, in cents, 0 to 2^31 - 1. Default 1,000. */
  readonly initialBalance?: number;
  /** Virtual time of a transaction, an integer from 1 ns. Default 50,000 ns. */
  readonly transactionNs?: number;
  /** Whether SQLite marks the pages that it stores to, see `WasmDefinition`. Default false. */
  readonly instrument?: boolean;
  /** Broken on purpose, for tests of the checks: a retried request is executed again. Default false. */
  readonly executeRetries?: boolean;
}

/** A bank in SQLite, as a machine to protect. */
export interface SqliteImage extends GuestImage {
  /** A second machine with the state of the first; nobody hears what it sends. */
  clone(guest: Guest): Guest;
  /**
   * Looks into a machine's database. Everything is read from a copy, so the machine stays as it is.
   * What a damaged memory makes of it is a `GuestPanic` or a trap, thrown by the methods of the audit.
   */
  audit(guest: Guest): BankAudit;
}

/** Makes images of SQLite machines; see {@link loadSqlite}. */
export type Sqlite = (options?: SqliteOptions) => SqliteImage;

const SILENCE: GuestServices = { now: () => 0, random32: () => 0, transmit: () => undefined };

/**
 * Loads SQLite. Only this waits: images and machines are made at once, and every machine is a fresh
 * instance of the program that shares nothing with another.
 *
 * @throws Error if the package `sql.js` is missing or another version than expected.
 */
export async function loadSqlite(): Promise<Sqlite> {
  const binary = await readSqlJs();
  return (options = {}) => sqliteImage(binary, options);
}

function sqliteImage(binary: WasmBinary, options: SqliteOptions): SqliteImage {
  const { accounts = 100, initialBalance = 1_000, transactionNs = 50_000 } = options;
  const { executeRetries = false, instrument = false } = options;
  expectInteger("accounts", accounts, 2, 1_000_000);
  expectInteger("initialBalance", initialBalance, 0, 0x7fff_ffff);
  expectInteger("transactionNs", transactionNs, 1, 3_600_000_000_000);
  const setup = { accounts, initialBalance, executeRetries };

  const create = (services: GuestServices, files?: ScratchFiles): { guest: Guest; bank: Bank } => {
    let bank: Bank | undefined;
    const image = wasmGuest({
      name: "sqlite",
      binary,
      instrument,
      imports: (machine) => hostCalls(machine, files),
      boot(machine) {
        const library = new SqliteLibrary(machine);
        const receiveAddress = library.allocate(WASM_RECEIVE_BYTES);
        const open = new Bank(library, setup);
        bank = open;
        return {
          receiveAddress,
          costNs: () => transactionNs,
          serve: (packet) => serve(machine, open, packet),
        };
      },
      executions: () => new Map(),
      workload: () => ({ request: () => new Uint8Array(0) }),
    });
    const guest = image.create(services);
    if (bank === undefined) throw new Error("a machine that was created has booted");
    return { guest, bank };
  };

  const audit = (guest: Guest): BankAudit => {
    const files = new ScratchFiles();
    const copy = create(SILENCE, files);
    copyGuest(guest, copy.guest);
    return new BankAudit(copy.bank, files);
  };

  return {
    name: "sqlite",
    create: (services) => create(services).guest,
    clone(guest) {
      const copy = create(SILENCE);
      copyGuest(guest, copy.guest);
      return copy.guest;
    },
    audit,
    executions(guest, client) {
      try {
        return audit(guest).executions(client);
      } catch (error) {
        // A ledger that cannot be read holds nothing that anybody could find in it.
        if (error instanceof GuestPanic || error instanceof WebAssembly.RuntimeError)
          return new Map();
        throw error;
      }
    },
    workload: (_client, random) => transfers(random, accounts),
  };
}

function serve({ services }: WasmMachine, bank: Bank, packet: Uint8Array): void {
  const request = decodePacket(packet);
  if (request === undefined) return;
  const payload = encodeBankReply(bank.answer(request));
  services.transmit(encodePacket({ client: request.client, number: request.number, payload }));
}

/** Three transfers for each deposit, of up to 300 cents, so that some find too little to take. */
function transfers(random: RandomStream, accounts: number): Workload {
  return {
    request() {
      const account = random.between(1, accounts);
      const amount = random.between(1, 300);
      if (random.below(4) === 0) return encodeBankRequest({ kind: "deposit", account, amount });
      const target = 1 + ((account + random.below(accounts - 1)) % accounts);
      return encodeBankRequest({ kind: "transfer", account, target, amount });
    },
  };
}

function expectInteger(name: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw new RangeError(`${name}: expected a whole number from ${least} to ${most}, got ${value}`);
}
