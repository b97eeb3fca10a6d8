import type { Host } from "../host/host.ts";
import type { Network } from "../host/network.ts";
import type { Engine } from "../sim/engine.ts";
import type { Process } from "../sim/process.ts";
import { race } from "../sim/race.ts";
import { ms, type Nanoseconds } from "../sim/time.ts";
import type { ClusterRecord } from "./records.ts";
import { verdictPort, WITNESS_PORT } from "./witness.ts";
import { decodeVerdict, encodeClaim } from "./witness-message.ts";

/** How long a claim waits for the witness's verdict before it is sent again. */
export const CLAIM_RETRY_NS: Nanoseconds = ms(20);

/** What a claimant works with. */
export interface TermClaimantOptions {
  readonly engine: Engine;
  readonly network: Network;
  readonly host: Host;
  readonly machine: string;
  /** Name of the witness's host. */
  readonly witness: string;
  /** Broken on purpose: takes the term without asking. Never set otherwise. */
  readonly withoutWitness?: boolean;
}

/**
 * Asks the witness for a term until it answers, however long that takes: a claim that was granted
 * and whose verdict was lost must not be forgotten. As long as there is no answer the host may not
 * serve.
 */
export function* claimTerm(options: TermClaimantOptions, term: number): Process<boolean> {
  const { engine, host, machine } = options;
  yield* engine.announce<ClusterRecord>({
    kind: "term.requested",
    machine,
    host: host.name,
    term,
  });
  if (options.withoutWitness) return true;
  return yield* askForVerdict(options, term);
}

/**
 * Asks the witness for a term over and over until it answers. It answers the holder of a term that it has
 * it, and changes nothing.
 */
export function* askForVerdict(options: TermClaimantOptions, term: number): Process<boolean> {
  const { network, host, machine, witness } = options;
  const verdicts = host.open(verdictPort(machine));
  for (;;) {
    network.send(host, witness, WITNESS_PORT, encodeClaim({ machine, term }));
    const answer = yield* race({ verdict: verdicts.receive() }, CLAIM_RETRY_NS);
    if (answer.key === "timeout") continue;
    const verdict = decodeVerdict(answer.value.bytes);
    if (verdict?.machine !== machine || verdict.term !== term) continue;
    host.close(verdictPort(machine));
    return verdict.granted;
  }
}
