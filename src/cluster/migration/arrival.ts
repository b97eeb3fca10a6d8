import type { Host } from "../../host/host.ts";
import { assert } from "../../sim/assert.ts";
import type { Process, ProcessHandle } from "../../sim/process.ts";
import { race } from "../../sim/race.ts";
import type { MachineNode } from "../machine-node.ts";
import type { Protection } from "../protection.ts";
import type { MigrationRecord } from "./records.ts";
import { decodeSummons, encodeSummons, summonsPort } from "./summons.ts";

/** The machine's part on the host that it comes to, and what this host does for it. */
export interface Newcomer {
  readonly node: MachineNode;
  readonly role: ProcessHandle;
}

/** What a target works with. */
export interface ArrivalParties {
  readonly protection: Protection;
  readonly host: Host;
  /** Name of the host that the machine leaves. */
  readonly from: string;
  /** Boots the machine here, to follow a primary of that term. */
  readonly standBy: (term: number) => Newcomer;
  /** Takes what is left of the machine off this host. */
  readonly remove: () => void;
}

/**
 * What a host does that was told that a machine is to come: it waits until it is summoned, boots the machine
 * and follows its primary. If the machine does not come after all, nothing of it stays.
 */
export function* arrival({ protection, host, from, standBy, remove }: ArrivalParties): Process {
  const { engine, network, machine } = protection;
  const port = summonsPort(machine);
  const inbox = host.open(port);

  // 1. Wait for the summons; it says in which term the source serves.
  let newcomer: Newcomer | undefined;
  for (;;) {
    const next =
      newcomer === undefined
        ? { key: "datagram" as const, value: yield* inbox.receive() }
        : yield* race({ ended: newcomer.role.ended(), datagram: inbox.receive() });
    if (next.key === "ended") break;
    const { value } = next;
    const summons = decodeSummons(value.bytes);
    if (summons?.type !== "come" || summons.machine !== machine || value.from !== from) continue;

    // 2. Boot and follow; a summons that comes again is answered again.
    const { term } = summons;
    if (newcomer === undefined) {
      newcomer = standBy(term);
      yield* engine.announce<MigrationRecord>({
        kind: "migration.ready",
        ...{ machine, host: host.name, term, from },
      });
    }
    network.send(host, from, port, encodeSummons({ type: "ready", machine, term }));
  }

  // 3. It serves here, or it stays where it was.
  host.close(port);
  assert(newcomer !== undefined, "only who was summoned has ended");
  if (newcomer.node.role === "abandoned") remove();
}
