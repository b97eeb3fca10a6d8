// The SQLite machine of examples/sqlite: what it answers, what it keeps, and what a broken checkpoint does.
import { copyGuest, type Guest } from "standin/guests";
import { beforeAll, describe, expect, test } from "vitest";
import {
  type BankReply,
  decodeBankReply,
  decodeBankRequest,
  encodeBankRequest,
} from "../../examples/sqlite/bank-protocol.ts";
import { loadSqlite, type Sqlite, type SqliteImage } from "../../examples/sqlite/sqlite.ts";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { RandomStream } from "../../src/sim/random.ts";
import { continueTwice, MachineDriver, stateOf } from "../guest/machine-driver.ts";

let sqlite: Sqlite;
let image: SqliteImage;

beforeAll(async () => {
  sqlite = await loadSqlite();
  image = sqlite();
});

const MALFORMED = Uint8Array.of(1, 2, 3);

function replyTo(
  machine: MachineDriver,
  client: number,
  number: number,
  payload: Uint8Array,
): BankReply {
  const reply = decodeBankReply(machine.answerTo(client, number, payload));
  if (reply === undefined) throw new Error("the bank answers with a reply");
  return reply;
}

/** Requests `from` to `to` of client 1's workload, asked one after the other. */
function work(machine: MachineDriver, from: number, to: number, seed = 1): BankReply[] {
  const workload = image.workload(1, new RandomStream(seed, "workload"));
  const replies: BankReply[] = [];
  for (let number = 1; number <= to; number += 1) {
    const payload = workload.request(number);
    if (number >= from) replies.push(replyTo(machine, 1, number, payload));
  }
  return replies;
}

const deposit = (account: number, amount: number): Uint8Array =>
  encodeBankRequest({ kind: "deposit", account, amount });
const transfer = (account: number, target: number, amount: number): Uint8Array =>
  encodeBankRequest({ kind: "transfer", account, target, amount });

test("sqlite: deposits and transfers change balances, and replies carry them", () => {
  const machine = new MachineDriver(sqlite({ accounts: 3, initialBalance: 100 }));
  expect(replyTo(machine, 1, 1, deposit(1, 50))).toEqual({ status: "ok", balance: 150 });
  expect(replyTo(machine, 1, 2, transfer(1, 3, 120))).toEqual({ status: "ok", balance: 30 });
  expect(replyTo(machine, 1, 3, transfer(1, 3, 31))).toEqual({
    status: "insufficient-funds",
    balance: 30,
  });
  expect(replyTo(machine, 1, 4, transfer(1, 4, 1))).toEqual({
    status: "no-such-account",
    balance: 30,
  });
  expect(replyTo(machine, 1, 5, deposit(9, 1))).toEqual({ status: "no-such-account", balance: 0 });
  expect(replyTo(machine, 1, 6, MALFORMED)).toEqual({ status: "malformed", balance: 0 });
  expect(machine.guest.panic).toBeUndefined();
  const audit = image.audit(machine.guest);
  expect(audit.query("SELECT id, balance FROM accounts ORDER BY id")).toEqual([
    [1, 30],
    [2, 100],
    [3, 220],
  ]);
  expect(audit.executions(1)).toEqual(new Map([1, 2, 3, 4, 5, 6].map((number) => [number, 1])));
});

test("sqlite: agrees with a model over a long workload, and money only comes from deposits", () => {
  const machine = new MachineDriver(image);
  const workload = image.workload(7, new RandomStream(3, "workload"));
  const balances = new Map(Array.from({ length: 100 }, (_, index) => [index + 1, 1_000]));
  let deposited = 0;
  const statuses = new Set<string>();
  for (let number = 1; number <= 800; number += 1) {
    const payload = workload.request(number);
    const request = decodeBankRequest(payload)!;
    const { account, amount } = request;
    const before = balances.get(account)!;
    let expected: BankReply = { status: "ok", balance: before + amount };
    if (request.kind === "deposit") deposited += amount;
    else if (before < amount) expected = { status: "insufficient-funds", balance: before };
    else {
      expected = { status: "ok", balance: before - amount };
      balances.set(request.target, balances.get(request.target)! + amount);
    }
    balances.set(account, expected.balance);
    expect(replyTo(machine, 7, number, payload)).toEqual(expected);
    statuses.add(`${request.kind} ${expected.status}`);
  }
  expect([...statuses].sort()).toEqual([
    "deposit ok",
    "transfer insufficient-funds",
    "transfer ok",
  ]);
  const audit = image.audit(machine.guest);
  expect(audit.query("SELECT sum(balance) FROM accounts")).toEqual([[100_000 + deposited]]);
  expect(audit.integrityCheck()).toEqual(["ok"]);
});

test("sqlite: a retry gets the reply of the first time, out of the ledger", () => {
  const machine = new MachineDriver(image);
  const first = replyTo(machine, 1, 1, deposit(1, 50));
  replyTo(machine, 1, 2, deposit(1, 50));
  replyTo(machine, 0xffff_ffff, 1, deposit(1, 50));
  expect(replyTo(machine, 1, 1, deposit(1, 50))).toEqual(first);
  expect(image.executions(machine.guest, 1)).toEqual(
    new Map([
      [1, 1],
      [2, 1],
    ]),
  );
  expect(image.executions(machine.guest, 0xffff_ffff)).toEqual(new Map([[1, 1]]));
  expect(image.executions(machine.guest, 2)).toEqual(new Map());
});

test("sqlite: the switch for tests executes retries again, and the ledger shows it", () => {
  const broken = sqlite({ executeRetries: true });
  const machine = new MachineDriver(broken);
  expect(replyTo(machine, 1, 1, deposit(1, 50)).balance).toBe(1_050);
  expect(replyTo(machine, 1, 1, deposit(1, 50)).balance).toBe(1_100);
  expect(broken.executions(machine.guest, 1)).toEqual(new Map([[1, 2]]));
});

test("sqlite: a transaction takes the time it is said to take", () => {
  const { guest } = new MachineDriver(sqlite({ transactionNs: 70_000 }));
  guest.deliver(Uint8Array.of(1, 0, 0, 0, 1, 0, 0, 0));
  expect(guest.run(100_000)).toEqual({ usedNs: 70_000, boundary: "idle" });
});

test("sqlite: every machine is a fresh instance, booted to the same memory", () => {
  const first = new MachineDriver(image);
  const second = new MachineDriver(image);
  expect(stateOf(first.guest)).toEqual(stateOf(second.guest));
  work(first, 1, 20);
  expect(image.executions(second.guest, 1)).toEqual(new Map());
  expect(work(second, 1, 20)).toEqual(work(new MachineDriver(image), 1, 20));
  expect(stateOf(second.guest)).toEqual(stateOf(first.guest));
});

test("sqlite: goes on identically in a second machine, from any boundary", () => {
  let sent = 0;
  for (let seed = 0; seed < 12; seed += 1) {
    const { original, second } = continueTwice(image, seed, { budgetMaxNs: 70_000 });
    expect(second).toEqual(original);
    sent += original.sent.length;
  }
  expect(sent).toBeGreaterThan(50);
});

describe("sqlite: what a broken checkpoint does", () => {
  /** A machine that goes on from request 40, and one to which a broken checkpoint was applied. */
  function failOver(apply: (target: Guest, older: Guest, newer: Guest) => void): {
    original: MachineDriver;
    second: MachineDriver;
  } {
    const original = new MachineDriver(image);
    work(original, 1, 30);
    const older = image.clone(original.guest);
    work(original, 31, 40);
    const second = new MachineDriver(image);
    apply(second.guest, older, original.guest);
    return { original, second };
  }

  /** True if the two machines go on differently, in what they answer or in what they hold. */
  function differ(original: MachineDriver, second: MachineDriver): boolean {
    const continuation = (machine: MachineDriver): unknown => {
      machine.sent.length = 0;
      const workload = image.workload(1, new RandomStream(1, "workload"));
      for (let number = 1; number <= 60; number += 1) {
        const payload = workload.request(number);
        if (number > 40) machine.ask(1, number, payload);
      }
      return { sent: machine.sent, state: stateOf(machine.guest), panic: machine.guest.panic };
    };
    try {
      expect(continuation(second)).toEqual(continuation(original));
      return false;
    } catch {
      return true;
    }
  }

  test("sqlite: a whole checkpoint is not noticed", () => {
    const { original, second } = failOver((target, _older, newer) => copyGuest(newer, target));
    expect(differ(original, second)).toBe(false);
  });

  test("sqlite: a stale checkpoint is noticed, and its transactions are missing", () => {
    const { original, second } = failOver((target, older) => copyGuest(older, target));
    expect(image.audit(second.guest).integrityCheck()).toEqual(["ok"]);
    expect(image.executions(second.guest, 1).size).toBe(30);
    expect(image.audit(second.guest).file()).not.toEqual(image.audit(original.guest).file());
    expect(differ(original, second)).toBe(true);
  });

  /** Which of `count` changed pages arrive, the rest being as they were. */
  const tears: Record<string, (index: number, count: number) => boolean> = {
    "first half": (index, count) => index < count / 2,
    "second half": (index, count) => index >= count / 2,
    "every other": (index) => index % 2 === 0,
    "two of three": (index) => index % 3 !== 0,
    "one of five": (index) => index % 5 === 0,
    "four of five": (index) => index % 5 !== 0,
  };

  test("sqlite: a torn checkpoint is noticed, though the integrity check may find nothing", () => {
    const verdicts: Record<string, string> = {};
    for (const [name, arrives] of Object.entries(tears)) {
      const { original, second } = failOver((target, older, newer) => {
        copyGuest(older, target);
        const changed = changedPages(older, newer);
        for (const [index, page] of changed.entries()) {
          if (arrives(index, changed.length))
            target.memory.hostWrite(page, newer.memory.page(page));
        }
        target.loadRegisters(newer.saveRegisters());
      });
      verdicts[name] = verdictOn(second.guest);
      expect(differ(original, second), name).toBe(true);
    }
    expect(Object.values(verdicts)).toContain("ok");
  });

  function changedPages(older: Guest, newer: Guest): number[] {
    const pages = Array.from({ length: newer.memory.regions[0]!.pageCount }, (_, page) => page);
    return pages.filter(
      (page) => Buffer.compare(newer.memory.page(page), older.memory.page(page)) !== 0,
    );
  }

  function verdictOn(guest: Guest): string {
    try {
      return image.audit(guest).integrityCheck().join("; ");
    } catch (error) {
      return `cannot be read: ${(error as Error).message}`;
    }
  }
});

test("sqlite: looking into a machine leaves it as it is", () => {
  const machine = new MachineDriver(image);
  work(machine, 1, 10);
  const before = stateOf(machine.guest);
  const { walks, invalidations } = machine.guest.memory.tlb;
  const audit = image.audit(machine.guest);
  audit.tables();
  audit.file();
  audit.integrityCheck();
  image.executions(machine.guest, 1);
  expect(stateOf(machine.guest)).toEqual(before);
  expect(machine.guest.memory.tlb).toMatchObject({ walks, invalidations });
});

test("sqlite: all rows of all tables can be read, and the database as a file", () => {
  const machine = new MachineDriver(sqlite({ accounts: 2, initialBalance: 5 }));
  replyTo(machine, 3, 1, transfer(1, 2, 4));
  const audit = image.audit(machine.guest);
  expect(audit.tables()).toEqual([
    {
      name: "accounts",
      columns: ["id", "balance"],
      rows: [
        [1, 1],
        [2, 9],
      ],
    },
    {
      name: "ledger",
      columns: "entry client number kind account target amount status balance".split(" "),
      rows: [[1, 3, 1, 2, 1, 2, 4, 0, 1]],
    },
  ]);
  const file = audit.file();
  expect(Buffer.from(file.subarray(0, 16)).toString()).toBe("SQLite format 3\0");
  expect(file.length % PAGE_SIZE).toBe(0);
  const other = new MachineDriver(sqlite({ accounts: 2, initialBalance: 5 }));
  replyTo(other, 3, 1, transfer(1, 2, 4));
  replyTo(other, 3, 1, transfer(1, 2, 4)); // a retry changes nothing in the database
  expect(image.audit(other.guest).file()).toEqual(file);
  replyTo(other, 3, 2, transfer(2, 1, 1));
  expect(image.audit(other.guest).file()).not.toEqual(file);
});

test("sqlite: time and randomness come from the host's services", () => {
  const audit = image.audit(new MachineDriver(image).guest);
  expect(audit.query("SELECT datetime('now')")).toEqual([["2000-01-01 00:00:00"]]);
  const draw = (): unknown =>
    image.audit(new MachineDriver(image).guest).query("SELECT hex(randomblob(16))");
  expect(draw()).toEqual(draw());
});

test("sqlite: a machine whose memory has grown is copied into one that has not", () => {
  const large = sqlite({ accounts: 400_000 });
  const machine = new MachineDriver(large);
  const small = new MachineDriver(image);
  expect(machine.guest.memory.regions[0]!.pageCount).toBeGreaterThan(2_048);
  expect(small.guest.memory.regions[0]!.pageCount).toBe(2_048);
  copyGuest(machine.guest, small.guest);
  expect(stateOf(small.guest)).toEqual(stateOf(machine.guest));
  expect(replyTo(small, 1, 1, deposit(400_000, 1))).toEqual({ status: "ok", balance: 1_001 });
});

test("sqlite: a machine without its memory stops, and nothing is found in it", () => {
  const machine = new MachineDriver(image);
  work(machine, 1, 3);
  const { memory } = machine.guest;
  for (let page = 0; page < memory.regions[0]!.pageCount; page += 1) memory.zeroPage(page);
  expect(image.executions(machine.guest, 1)).toEqual(new Map());
  machine.ask(1, 4, deposit(1, 1));
  expect(machine.sent).toHaveLength(3);
});

test("sqlite: options out of range are refused", () => {
  for (const accounts of [0, 1, 1.5, 1_000_001])
    expect(() => sqlite({ accounts })).toThrow(RangeError);
  expect(() => sqlite({ initialBalance: -1 })).toThrow(RangeError);
  expect(() => sqlite({ transactionNs: 0 })).toThrow(
    "transactionNs: expected a whole number from 1 to 3600000000000, got 0",
  );
});
