import { formatTime, ms } from "standin";
import { findCause } from "../shadow/find-cause.ts";
import { ACCOUNTS } from "../shadow/ledger.ts";
import type { Demo } from "./demo.ts";

const DELAY_NS = ms(150);

const INTRODUCTION = `A ledger of ${ACCOUNTS} accounts runs on host a. It has a bug that damages an account now and then, and
nothing shows until somebody uses that account, many requests later. On host b a shadow of the machine
does everything ${formatTime(DELAY_NS)} later. When a reply shows an error, both stop: the shadow is a working machine still.`;

/** A planted bug is found by going on, step by step, from before it. */
export const shadowDemo: Demo = {
  name: "shadow",
  about: "a delayed shadow of a machine finds what broke it, long before it showed",
  run({ print, style }) {
    print(`${style("strong", "What broke it, when it is too late to look")}\n\n${INTRODUCTION}\n`);
    const found = findCause({ seed: 7, delay: DELAY_NS });
    const { errorAtNs, behind, unsoundAtPause, request, account, latency } = found;
    print(
      `  ${formatTime(errorAtNs).padStart(12)}  a is about to send a reply that shows an error; it is held`,
    );
    print(
      `  ${"".padStart(12)}  the shadow is ${behind} steps behind; unsound accounts in it: ${unsoundAtPause.length}`,
    );
    if (request === undefined || account === undefined) {
      print(`  ${style("bad", "✗ the cause lies further back than the shadow")}`);
      return Promise.resolve(false);
    }
    const { number, deposit } = request;
    print(`  ${"".padStart(12)}  step by step from there, the accounts looked at after each step:`);
    print(
      `  ${style("good", `✓ request ${number}`)}, a deposit of ${deposit.amount} to account ${deposit.account}, leaves account ${account} unsound`,
    );
    print(
      `    ${latency} steps before it shows, and ${deposit.amount} is ${deposit.amount / 251} times 251`,
    );
    return Promise.resolve(deposit.amount % 251 === 0 && latency > 0);
  },
};
