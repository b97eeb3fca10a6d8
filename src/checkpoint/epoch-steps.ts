import type { Engine } from "../sim/engine.ts";
import type { Process } from "../sim/process.ts";
import type { CheckpointRecord } from "./records.ts";

/** Whose steps they are. */
export interface EpochStepsParties {
  readonly engine: Engine;
  readonly machine: string;
  /** Name of the host that makes them. */
  readonly host: string;
  readonly term: number;
}

/** Makes the steps of the primary's protocol named points, each about the epoch under way. */
export class EpochSteps {
  /** The epoch under way; they are numbered from 1 in each term. */
  epoch = 1;
  readonly #parties: EpochStepsParties;

  constructor(parties: EpochStepsParties) {
    this.#parties = parties;
  }

  /** Announces that a step was made. */
  *announce(
    kind: CheckpointRecord["kind"],
    details: Readonly<Record<string, number | string>> = {},
  ): Process {
    const { engine, machine, host, term } = this.#parties;
    yield* engine.announce({ kind, machine, host, term, epoch: this.epoch, ...details });
  }
}
