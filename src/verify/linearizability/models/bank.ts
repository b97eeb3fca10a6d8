import { StandinRangeError } from "../../../sim/errors.ts";
import { type JsonValue, showValue } from "../../history/json-value.ts";
import type { Operation } from "../../history/operation.ts";
import type { Model } from "../model.ts";
import { malformedCall, malformedReturn, unknownFunction } from "../operation-error.ts";

/** One amount, at most: the balances of a history of any length are safe integers. */
export const AMOUNT_MAX = 4_294_967_296;

/** Balances by account, ordered by account, without accounts that hold 0. */
export type Balances = readonly (readonly [account: string, balance: number])[];

/** A transfer, a deposit or a read. */
export interface BankCommand {
  readonly f: "transfer" | "deposit" | "read";
  /** Account that pays; undefined for a deposit. */
  readonly from?: string | undefined;
  readonly to?: string;
  readonly amount?: number;
  /** Whether a transfer was carried out; undefined while nobody knows. */
  readonly done?: boolean | undefined;
  /** What a read told. */
  readonly balances?: Balances;
}

/** What the accounts hold at first. */
export interface BankOptions {
  /** Integers from 0 to {@link AMOUNT_MAX} by account; accounts that are not named hold 0. */
  readonly balances?: Readonly<Record<string, number>>;
}

type Fields = { readonly [name: string]: JsonValue };

const BALANCES = "an object of integers by account";

function isFields(value: JsonValue): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isAmount(value: unknown, least: number): value is number {
  return (
    Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= AMOUNT_MAX
  );
}

function order(balances: Iterable<readonly [string, number]>): Balances {
  return [...balances]
    .filter(([, balance]) => balance !== 0)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

function balanceOf(state: Balances, account: string): number {
  return state.find(([name]) => name === account)?.[1] ?? 0;
}

function add(state: Balances, account: string, amount: number): Balances {
  const others = state.filter(([name]) => name !== account);
  return order([...others, [account, balanceOf(state, account) + amount]]);
}

function readAccount(operation: Operation, value: JsonValue | undefined, field: string): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
  throw malformedCall(operation, `an account as ${field}`, value);
}

function readDone(operation: Operation): boolean | undefined {
  const { outcome, output } = operation;
  if (outcome === "open") return undefined;
  if (typeof output === "boolean") return output;
  // anything else repeats the call, as Jepsen's clients do
  if (output === null || isFields(output)) return true;
  throw malformedReturn(operation, "true, false, or the value of the call for true");
}

function readMove(operation: Operation, f: "transfer" | "deposit"): BankCommand {
  const { input } = operation;
  const form = f === "transfer" ? "{from, to, amount}" : "{to, amount}";
  if (!isFields(input)) throw malformedCall(operation, form);
  const amount = input["amount"];
  if (!isAmount(amount, 1)) {
    throw malformedCall(operation, `an amount from 1 to ${AMOUNT_MAX}`, amount);
  }
  const to = readAccount(operation, input["to"], "to");
  if (f === "deposit") return { f, to, amount, done: true };
  const from = readAccount(operation, input["from"], "from");
  return { f, from, to, amount, done: readDone(operation) };
}

function readBalances(operation: Operation): Balances {
  const { outcome, output } = operation;
  if (outcome === "open") return [];
  if (!isFields(output)) throw malformedReturn(operation, BALANCES);
  return order(
    Object.entries(output).map(([account, balance]) => {
      if (typeof balance === "number" && Number.isSafeInteger(balance)) return [account, balance];
      throw malformedReturn(operation, BALANCES);
    }),
  );
}

function keyOf(state: Balances): string {
  return state.map(([account, balance]) => `${JSON.stringify(account)}: ${balance}`).join(", ");
}

function initialOf(balances: Readonly<Record<string, number>>): Balances {
  for (const [account, balance] of Object.entries(balances)) {
    if (isAmount(balance, 0)) continue;
    const expected = `expected an integer from 0 to ${AMOUNT_MAX}`;
    throw new StandinRangeError(
      "BANK_BALANCE",
      `balance of ${showValue(account)}: ${expected}, got ${showValue(balance)}`,
    );
  }
  return order(Object.entries(balances));
}

/**
 * Accounts that never go below 0. Entries:
 *
 * | f | value of the call | value of the return |
 * |---|---|---|
 * | `transfer` | `{"from": account, "to": account, "amount": n}` | `false`: refused, too little on `from`; `true`, null or the value of the call: done |
 * | `deposit` | `{"to": account, "amount": n}`: money from outside | passed over |
 * | `read` | passed over | the balances by account; accounts that hold 0 may be left out |
 *
 * Accounts are names or integers, amounts integers from 1 to {@link AMOUNT_MAX}.
 *
 * @throws StandinRangeError `BANK_BALANCE` for an initial balance that is no integer from 0 to
 *   {@link AMOUNT_MAX}.
 */
export function bank(options: BankOptions = {}): Model<Balances, BankCommand> {
  return {
    name: "bank",
    initial: initialOf(options.balances ?? {}),
    command(operation) {
      const { f } = operation;
      if (f === "transfer" || f === "deposit") return readMove(operation, f);
      if (f === "read") return { f, balances: readBalances(operation) };
      throw unknownFunction(operation, "bank", ["transfer", "deposit", "read"]);
    },
    step(state, { f, from, to = "", amount = 0, done, balances = [] }) {
      if (f === "read") return keyOf(state) === keyOf(balances) ? state : undefined;
      if (from === undefined) return add(state, to, amount);
      const suffices = balanceOf(state, from) >= amount;
      if (done !== undefined && done !== suffices) return undefined;
      return suffices ? add(add(state, from, -amount), to, amount) : state;
    },
    stateKey: keyOf,
    isReadOnly: ({ f, done }) => f === "read" || done === false,
    describeState: (state) => (state.length === 0 ? "is empty" : `holds ${keyOf(state)}`),
  };
}
