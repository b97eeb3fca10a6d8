import type { Host } from "../../host/host.ts";
import type { Process, ProcessHandle } from "../../sim/process.ts";
import { race } from "../../sim/race.ts";
import type { Signal } from "../../sim/signal.ts";
import { OFFER_RETRY_NS } from "../handover.ts";
import type { MachineNode } from "../machine-node.ts";
import type { Protection } from "../protection.ts";
import type { MigrationRecord } from "./records.ts";
import { decodeSummons, encodeSummons, summonsPort } from "./summons.ts";
import type { MachineMigration } from "./way.ts";

/** What a source works with. */
export interface DepartureParties {
  readonly protection: Protection;
  /** The machine's part here, which serves. */
  readonly node: MachineNode;
  readonly to: Host;
  /** Name of the way, for records. */
  readonly how: string;
  readonly moving: MachineMigration;
  /** Set by whoever wants the machine to stay. */
  readonly cancelled: Signal;
  /** Begins to replicate to the target. */
  readonly protect: () => ProcessHandle;
  /** Takes what is left of the machine off this host. */
  readonly remove: () => void;
}

/**
 * What the host does that a machine leaves. Until the target serves it is a primary like any other, and the
 * target its secondary: who serves is decided by the witness, whatever fails on the way.
 */
export function* departure(parties: DepartureParties): Process {
  const { protection, node, to, how, moving, cancelled } = parties;
  const { engine, machine } = protection;
  const { host } = node;
  const about = (): { machine: string; host: string; term: number } => ({
    machine,
    host: host.name,
    term: node.term,
  });
  yield* engine.announce<MigrationRecord>({
    kind: "migration.started",
    ...{ to: to.name, how, ...about() },
  });

  // 1. A secondary that there is, is dismissed: the witness names this host for the next term.
  if (!node.alone) {
    node.orders.send("dismiss");
    yield* node.changed.until(() => node.alone || !node.serving);
  }

  // 2. Have the target stand by, and copy, until the machine may be handed over.
  let reason = cancelled.isSet ? "cancelled" : "another host serves the machine";
  if (node.alone && !cancelled.isSet) {
    yield* engine.announce<MigrationRecord>({
      kind: "migration.summoned",
      ...{ to: to.name, ...about() },
    });
    const answer = yield* summon(parties);
    reason = answer === "ready" ? "the target was lost" : answer;
    if (answer === "ready") {
      const role = parties.protect();
      const end = yield* race({
        over: role.join(),
        ready: moving.ready.wait(),
        cancelled: cancelled.wait(),
      });
      if (end.key === "cancelled") reason = "cancelled";

      // 3. Hand it over, or dismiss the target.
      if (end.key !== "over") {
        node.orders.send(end.key === "ready" ? "hand-over" : "dismiss");
        yield* role.join();
      }
    }
  }

  // 4. It stays here; or the target serves, and gets what it lacks before it is taken off this host.
  if (node.serving) {
    moving.end?.();
    yield* engine.announce<MigrationRecord>({ kind: "migration.stayed", reason, ...about() });
    return;
  }
  yield* moving.afterwards?.(node.vm, node.term) ?? [];
  moving.end?.();
  parties.remove();
  yield* engine.announce<MigrationRecord>({ kind: "migration.left", ...about() });
}

/** Tells the target to stand by, until it says that it does; no longer than silence is borne. */
function* summon({
  protection,
  node: { host, term },
  to,
  cancelled,
}: DepartureParties): Process<"ready" | "cancelled" | "the target is silent"> {
  const { network, machine, detection } = protection;
  const port = summonsPort(machine);
  const answers = host.open(port);
  const untilNs = host.clock.monotonic() + detection.timeout;
  let answer: "ready" | "cancelled" | "the target is silent" = "the target is silent";
  while (answer === "the target is silent" && host.clock.monotonic() < untilNs) {
    network.send(host, to.name, port, encodeSummons({ type: "come", machine, term }));
    const next = yield* race(
      { answer: answers.receive(), cancelled: cancelled.wait() },
      OFFER_RETRY_NS,
    );
    if (next.key === "timeout") continue;
    if (next.key === "cancelled") answer = "cancelled";
    else {
      const message = decodeSummons(next.value.bytes);
      const isIt = message?.type === "ready" && message.machine === machine;
      if (isIt && message.term === term && next.value.from === to.name) answer = "ready";
    }
  }
  host.close(port);
  return answer;
}
