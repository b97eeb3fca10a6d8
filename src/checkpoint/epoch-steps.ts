import type { Engine } from "../sim/engine.ts";
import type { Process } from "../sim/process.ts";
import { type Announce, announcer } from "./announcer.ts";
import type { CheckpointRecord } from "./records.ts";

/** Whose steps they are. */
export interface EpochStepsParties {
  readonly engine: Engine;
  readonly machine: string;
  /** The host that makes them. */
  readonly host: { readonly name: string };
  readonly term: number;
}

/** Makes the steps of the primary's protocol named points, each about the epoch under way. */
export class EpochSteps {
  /** The epoch under way; they are numbered from 1 in each term. */
  epoch = 1;
  readonly #term: number;
  readonly #announce: Announce;

  constructor({ term, ...parties }: EpochStepsParties) {
    this.#term = term;
    this.#announce = announcer(parties);
  }

  /** Announces that a step was made. */
  announce(
    kind: CheckpointRecord["kind"],
    details?: Readonly<Record<string, number | string>>,
  ): Process {
    return this.#announce(kind, { term: this.#term, epoch: this.epoch }, details);
  }
}
