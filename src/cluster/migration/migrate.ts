import type { Host } from "../../host/host.ts";
import { StandinRangeError } from "../../sim/errors.ts";
import type { ProcessHandle } from "../../sim/process.ts";
import { Signal } from "../../sim/signal.ts";
import type { MachineNode } from "../machine-node.ts";
import type { Protection } from "../protection.ts";
import type { Scheme } from "../scheme.ts";
import { arrival, type Newcomer } from "./arrival.ts";
import { departure } from "./departure.ts";
import { Migration } from "./migration.ts";
import { preCopy } from "./pre-copy.ts";
import type { MigrationRecord } from "./records.ts";
import { summonsPort } from "./summons.ts";
import type { MigrationWay } from "./way.ts";

/** Where a machine is to go, and how. */
export interface MigrateOptions {
  /** A host that is on and has no part of the machine. */
  readonly to: Host;
  /** One of `migrations`. Default `migrations.preCopy()`. */
  readonly how?: MigrationWay;
}

/** What whoever orders a migration knows of the machine, and can have done on its hosts. */
export interface MigrateParties {
  readonly protection: Protection;
  /** Name of the machine's image. */
  readonly image: string;
  /** Its part that serves, if any. */
  readonly serving: MachineNode | undefined;
  /** Its living part on the target, if any. */
  readonly present: MachineNode | undefined;
  /** Its last migration, if any. */
  readonly current: Migration | undefined;
  readonly standBy: (primary: string, term: number, scheme: Scheme) => Newcomer;
  readonly protect: (serving: MachineNode, scheme: Scheme) => ProcessHandle;
  readonly remove: (host: Host) => void;
}

/**
 * Tells the host that serves a machine to let it go, and its new host to await it.
 *
 * @throws As `ProtectedMachine.migrate`; nothing is changed then.
 */
export function migrate(
  { to, how = preCopy() }: MigrateOptions,
  parties: MigrateParties,
): { readonly node: MachineNode; readonly moving: Migration } {
  const { protection, image } = parties;
  const { engine, network, machine } = protection;
  const node = expectSource(machine, parties);
  expectTarget(machine, to, node, parties.present);
  how.expect?.(node.vm.guest, image);

  const { host: from } = node;
  const moving = how.begin({ engine, network, machine, from, to });
  const cancelled = new Signal(engine, `${machine} on ${from.name}: migration cancelled`);
  const names = { machine, from: from.name, to: to.name, how: how.name };
  const migration = new Migration(names, engine.now, {
    cancel: () => cancelled.set(),
    over: (it) => engine.trace.removeSink(it),
  });
  engine.trace.addSink(migration);
  engine.trace.emit<MigrationRecord>({
    kind: "migration.ordered",
    ...{ machine, host: from.name, term: node.term, to: to.name, how: how.name },
  });
  // What waits here for a machine that did not come is told that another one may.
  to.close(summonsPort(machine));
  engine.spawn(`${machine} on ${to.name}: arrival`, to.owner, () =>
    arrival({
      ...{ protection, host: to, from: from.name },
      standBy: (term) => parties.standBy(from.name, term, moving.scheme),
      remove: () => parties.remove(to),
    }),
  );
  engine.spawn(`${machine} on ${from.name}: departure`, from.owner, () =>
    departure({
      ...{ protection, node, to, how: how.name, moving, cancelled },
      protect: () => parties.protect(node, moving.scheme),
      remove: () => parties.remove(from),
    }),
  );
  return { node, moving: migration };
}

function expectSource(machine: string, { serving, current }: MigrateParties): MachineNode {
  const isMoving = current?.outcome === "under way";
  if (serving !== undefined && !isMoving) return serving;
  const state = isMoving ? `which is on its way to ${current.to}` : "which nobody serves";
  throw new StandinRangeError(
    "MIGRATION_SOURCE",
    `migrate: expected a machine that a host serves and that is not being moved, got ${machine}, ${state}`,
  );
}

function expectTarget(
  machine: string,
  to: Host,
  { host }: MachineNode,
  present: MachineNode | undefined,
): void {
  if (to !== host && to.power === "on" && present === undefined) return;
  const part = `has a part of it: ${present?.role}`;
  const state = to === host ? "serves it already" : to.power === "off" ? "is off" : part;
  throw new StandinRangeError(
    "MIGRATION_TARGET",
    `migrate: expected a host that is on and has no part of ${machine}, got ${to.name}, which ${state}`,
  );
}
