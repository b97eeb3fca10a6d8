import { writeFileSync } from "node:fs";
import { formatTime, ms, runText } from "standin";
import { formatCount } from "#src/report/quantity";
import { loadSqlite } from "../sqlite/sqlite.ts";
import {
  type Agreement,
  compareFiles,
  compareMemory,
  compareQuery,
  compareReplies,
  compareTables,
} from "./bank-comparison.ts";
import { executionOrder, impossiblyEarly, runReference } from "./bank-reference.ts";
import { runBank } from "./bank-run.ts";
import type { Demo } from "./demo.ts";

/** The primary dies in the middle of the first checkpoint after this moment. */
const CRASH_AFTER_NS = ms(300);

const INTRODUCTION = `A bank runs in SQLite: the real program, compiled to WebAssembly, with its database in its memory.
It is a protected machine on host a. Every 25 ms it is stopped for a moment and the pages that it
has written are copied; while it runs on they are sent to host b. What it answers is held back until
b has the state that the answer comes from. One client moves money, 600 times.`;

const CRASH = `Host a will lose power in the middle of a checkpoint, when b has only a part of it. The same seed
gives the same run, so the moment can be found in a run in which nothing fails:`;

const LEGEND = `Each line with an epoch number is a checkpoint: how long the machine stood still, what was sent,
how many answers were held, and how long after its start b had all of it and the answers could go.`;

/** SQLite survives the death of its host. */
export const sqliteDemo: Demo = {
  name: "sqlite",
  about: "a SQLite bank whose host dies in the middle of a checkpoint",
  async run({ print, style, trace }) {
    const image = (await loadSqlite())({ initialBalance: 1_000_000 });
    print(`${style("strong", "SQLite survives the death of its host")}\n\n${INTRODUCTION}\n`);

    const calm = runBank(image);
    const moment = calm.halfSentAfter(CRASH_AFTER_NS);
    if (moment === undefined || calm.guest === undefined) throw new Error("the calm run failed");
    const { epoch, fromNs, toNs } = moment;
    // After what happens at the first moment itself, even if all was sent in one group.
    const crashAtNs = fromNs + Math.max(1, Math.floor((toNs - fromNs) / 2));
    print(CRASH);
    print(
      `  epoch ${epoch}: first pages sent at ${formatTime(fromNs)}, commit record at ${formatTime(toNs)}`,
    );
    print(`  host a dies at ${style("bad", formatTime(crashAtNs))}\n\n${LEGEND}\n`);

    const run = runBank(image, crashAtNs);
    print(runText(run.report, run.timeline, style));
    if (trace !== undefined) {
      writeFileSync(trace, [...run.chromeTrace.json(run.simulation.now)].join(""));
      print(`A trace for ui.perfetto.dev is in ${trace}\n`);
    }
    if (run.guest === undefined) {
      print(style("bad", "✗ nobody serves the machine"));
      return false;
    }

    const { guest, client } = run;
    const pair = [guest, calm.guest] as const;
    const order = executionOrder(image, guest, client);
    const reference = runReference(image, client, order);
    const early = impossiblyEarly(client, order);
    const moved = order.filter((number, index) => number !== index + 1).length;
    const integrity = image.audit(guest).integrityCheck().join(", ");
    const { lost, duplicated } = run.report.clients;
    const checks: boolean[] = [];
    const check = (holds: boolean, text: string): void => {
      checks.push(holds);
      print(`  ${style(holds ? "good" : "bad", `${holds ? "✓" : "✗"} ${text}`)}`);
    };
    const agree = (agreement: Agreement): void => {
      check(isFull(agreement), agreementText(agreement));
    };

    print("Compared with the run in which nothing fails, same seed, same client:");
    agree(compareQuery("accounts, rows", image, pair, "SELECT * FROM accounts ORDER BY id"));
    agree(compareQuery("ledger, rows by request", image, pair, LEDGER_BY_REQUEST));
    print(
      `    (${moved} transactions around the crash were executed in another order: what depends on the`,
    );
    print("    order, the place in the ledger and the balance at the time, is left out here)\n");

    print("Compared with one machine that never fails, given the same transactions in b's order:");
    for (const agreement of compareTables(image, guest, reference.guest)) agree(agreement);
    agree(compareFiles(image, guest, reference.guest));
    agree(compareReplies(client.history, reference.replies));
    const memory = compareMemory(guest, reference.guest);
    if (isFull(memory)) agree(memory);
    // No failure: a request that was executed before the crash and is asked again is looked up, not
    // executed, and that leaves traces in SQLite's caches.
    else print(`  · ${agreementText(memory)} (requests that were asked twice leave traces)`);

    print("\nAnd besides:");
    check(
      early.length === 0,
      "no transaction went before one that was answered before it was asked",
    );
    check(integrity === "ok", `PRAGMA integrity_check says ${integrity}`);
    check(lost === 0 && duplicated === 0, `${String(lost)} lost, ${String(duplicated)} duplicated`);
    check(run.simulation.violations.length === 0, "every invariant held at every moment");
    return checks.every((holds) => holds);
  },
};

const LEDGER_BY_REQUEST =
  "SELECT client, number, kind, account, target, amount, status FROM ledger ORDER BY client, number";

function isFull({ equal, of }: Agreement): boolean {
  return equal === of && of > 0;
}

function agreementText({ what, equal, of }: Agreement): string {
  return `${what.padEnd(30)}${`${formatCount(equal)} of ${formatCount(of)}`.padStart(18)} equal`;
}
