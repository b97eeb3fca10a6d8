import type { Engine } from "../sim/engine.ts";
import type { Process } from "../sim/process.ts";
import type { OfEpoch } from "./epoch-order.ts";
import type { CheckpointRecord } from "./records.ts";

/** Says that a named point of the protocol is reached, about one checkpoint, and gives way once. */
export type Announce = (
  kind: CheckpointRecord["kind"],
  of: OfEpoch,
  details?: Readonly<Record<string, number | string>>,
) => Process;

/** What announces on behalf of one side of a machine's protection. */
export function announcer(at: {
  readonly engine: Engine;
  readonly machine: string;
  readonly host: { readonly name: string };
}): Announce {
  const { engine, machine, host } = at;
  return (kind, { term, epoch }, details = {}) =>
    engine.announce({ kind, machine, host: host.name, term, epoch, ...details });
}
