import type { Host } from "../host/host.ts";
import type { Network } from "../host/network.ts";
import { assert } from "../sim/assert.ts";
import type { Engine } from "../sim/engine.ts";
import { StandinRangeError } from "../sim/errors.ts";
import type { Process } from "../sim/process.ts";
import type { ClusterDefects } from "./protection.ts";
import type { ClusterRecord } from "./records.ts";
import type { TermKeeper } from "./term-keeper.ts";
import { decodeClaim, encodeVerdict, type TermClaim } from "./witness-message.ts";

/** The port on which a witness listens. */
export const WITNESS_PORT = "witness";

/** Who may serve a machine, and since which term. */
interface Tenure {
  term: number;
  holder: string;
  /** Broken on purpose: any claim is granted. */
  readonly withoutTerm: boolean;
}

/**
 * Decides who may serve when two hosts cannot see each other: an atomic test-and-set of a term number
 * for each machine, in the place of VMware FT's test-and-set on shared storage.
 *
 * Its table stands for a disk: it survives a crash of the witness's host.
 */
export class Witness implements TermKeeper {
  readonly host: Host;
  readonly #engine: Engine;
  readonly #network: Network;
  readonly #tenures = new Map<string, Tenure>();

  /** Listens on `host` at once, and again whenever the host is restarted. */
  constructor(engine: Engine, network: Network, host: Host) {
    this.#engine = engine;
    this.#network = network;
    this.host = host;
    host.onStart(() => {
      engine.spawn(`witness on ${host.name}`, host.owner, () => this.#serve());
    });
  }

  /**
   * Enters a machine that `holder` serves in term 1: configuration, made before anything can fail.
   *
   * @param broken Broken on purpose, `witnessWithoutTerm`: claims are granted whatever their term. Never
   *   set otherwise.
   * @throws StandinRangeError when somebody serves the machine already, or has.
   */
  register(machine: string, holder: string, broken: ClusterDefects = {}): void {
    const withoutTerm = broken.witnessWithoutTerm === true;
    if ((this.#tenures.get(machine)?.term ?? 0) > 0) {
      throw new StandinRangeError(
        "MACHINE_EXISTS",
        `machine: expected a name that is not taken, got "${machine}"`,
      );
    }
    this.#tenures.set(machine, { term: 1, holder, withoutTerm });
    this.#record({ kind: "witness.registered", machine, host: holder, term: 1 });
  }

  /**
   * Enters a machine that nobody serves yet: the first host that claims term 1 of it does. Configuration;
   * nothing happens if the machine is entered already.
   */
  expect(machine: string): void {
    if (!this.#tenures.has(machine)) {
      this.#tenures.set(machine, { term: 0, holder: "", withoutTerm: false });
    }
  }

  *#serve(): Process<never> {
    const claims = this.host.open(WITNESS_PORT);
    for (;;) {
      const { from, bytes } = yield* claims.receive();
      const claim = decodeClaim(bytes);
      if (claim === undefined) continue;
      const granted = this.#testAndSet(claim, from);
      const verdict = encodeVerdict({ ...claim, granted });
      this.#network.send(this.host, from, verdictPort(claim.machine), verdict);
    }
  }

  #testAndSet({ machine, term }: TermClaim, claimant: string): boolean {
    const tenure = this.#tenures.get(machine);
    if (tenure === undefined) return false;
    assert(tenure.term > 0 || tenure.holder === "", "terms are numbered from 1");
    // The same claim again, because the verdict was lost: the same answer.
    if (tenure.term === term && tenure.holder === claimant) return true;
    if (tenure.term !== term - 1 && !tenure.withoutTerm) {
      const held = tenure.term;
      this.#record({ kind: "witness.refused", machine, host: claimant, term, held });
      return false;
    }
    tenure.term = term;
    tenure.holder = claimant;
    this.#record({ kind: "witness.granted", machine, host: claimant, term });
    return true;
  }

  #record(record: ClusterRecord): void {
    this.#engine.trace.emit<ClusterRecord>(record);
  }
}

/** The port on which a host awaits the witness's verdicts about a machine. */
export function verdictPort(machine: string): string {
  return `verdict ${machine}`;
}
