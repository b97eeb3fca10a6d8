import type { Host } from "../../host/host.ts";
import type { Process } from "../../sim/process.ts";
import type { Nanoseconds } from "../../sim/time.ts";
import type { MachineNode } from "../machine-node.ts";
import type { ClusterRecord } from "../records.ts";
import type { Answer, PoolPort } from "./pool-port.ts";
import type { PooledProtection } from "./pooled-protection.ts";
import type { PooledRecord } from "./records.ts";

/** What a host that does not serve works with. */
export interface PooledStandByParts {
  readonly protection: PooledProtection;
  readonly host: Host;
  readonly port: PoolPort;
  /** Its machine, booted and not started, if it is the secondary already. */
  readonly node?: MachineNode;
  /** Boots the machine on this host, in this term. */
  readonly boot: (term: number) => MachineNode;
}

/** A host that has got write access. */
export interface Takeover {
  readonly answer: Answer;
  readonly node: MachineNode;
  /** What is left of starting a hypervisor for it: a spare that was not appointed has yet to begin. */
  readonly bootLeftNs: Nanoseconds;
}

/**
 * What every host of a machine does that does not serve it: it asks for write access, again and again. That
 * is its sign of life, and how a dead holder is found: the pool gives access when the holder was not heard
 * for the time of its lease, to the secondary first. Whoever is appointed meanwhile maps the partition
 * read-only, which copies nothing, and is the secondary.
 */
export function* pooledStandBy(parts: PooledStandByParts): Process<Takeover> {
  const { protection, host, port, boot } = parts;
  const { engine, machine, detection, scheme } = protection;
  let { node } = parts;
  let term = node?.term ?? 0;
  let bootLeftNs = node === undefined ? host.profile.bootNs : 0;
  for (;;) {
    // 1. Ask for the term after the last one known.
    const answer = yield* port.ask({ operation: "take", term: term + 1 });
    if (answer.verdict === "done") {
      return { answer, node: node ?? boot(answer.term - 1), bootLeftNs };
    }
    term = Math.max(term, answer.term);

    // 2. Not given. Somebody may have made this host the secondary, or another one.
    const isAppointed = answer.reader === host.name;
    if (node !== undefined) {
      node.term = term;
      if (!isAppointed) {
        yield* abandon(node, answer.holder);
        node = undefined;
        bootLeftNs = host.profile.bootNs;
      }
    } else if (isAppointed && bootLeftNs === 0) {
      node = boot(term);
      yield* engine.announce<PooledRecord>({
        kind: "stand-by.mapped",
        ...{ machine, host: host.name, term, pool: scheme.pool.name },
      });
    }

    // 3. A secondary that is new starts a hypervisor meanwhile; it is heard all the time.
    const isStarting = isAppointed && bootLeftNs > 0;
    if (!isStarting) yield* host.clock.sleep(detection.heartbeat);
    else {
      const partNs = Math.min(bootLeftNs, detection.heartbeat);
      yield* host.compute(partNs);
      bootLeftNs -= partNs;
    }
  }

  function* abandon(given: MachineNode, holder: string): Process {
    given.role = "abandoned";
    const reason = `${holder} has appointed another`;
    const about = { machine, host: host.name, term };
    yield* engine.announce<ClusterRecord>({ kind: "stand-by.abandoned", reason, ...about });
  }
}
