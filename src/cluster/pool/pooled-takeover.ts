import { stateDigest } from "../../checkpoint/state-digest.ts";
import { mapVersion, PoolWindow } from "../../host/pool/pool-window.ts";
import { assert } from "../../sim/assert.ts";
import type { Process } from "../../sim/process.ts";
import type { ClusterRecord } from "../records.ts";
import type { PoolPort } from "./pool-port.ts";
import { PooledPrimary } from "./pooled-primary.ts";
import type { PooledProtection } from "./pooled-protection.ts";
import type { Takeover } from "./pooled-stand-by.ts";
import { WriteLease } from "./write-lease.ts";

/** What a takeover works with. */
export interface PooledTakeoverParts extends Takeover {
  readonly protection: PooledProtection;
  readonly port: PoolPort;
  /** Told of the window through which the host writes from now on. */
  readonly opened: (window: PoolWindow) => void;
}

/**
 * The host that has got write access goes on with the machine, from the version that is committed, and
 * serves it until it is replaced itself. No page is copied: they are where they were.
 */
export function* pooledTakeover(parts: PooledTakeoverParts): Process {
  const { protection, node, port, answer, bootLeftNs } = parts;
  const { engine, clients, machine, scheme, detection } = protection;
  const { vm, host, gate } = node;
  const { pool } = scheme;
  const { term, from, silentNs } = answer;
  const about = { machine, host: host.name, term };
  node.term = term;
  engine.trace.emit<ClusterRecord>({ kind: "failure.suspected", peer: from, silentNs, ...about });

  // 1. Reach the partition; without it there is nothing to begin with.
  while (!pool.reaches(host)) {
    const { verdict } = yield* port.ask({ operation: "renew", term });
    if (verdict !== "done") {
      yield* giveUp();
      return;
    }
  }
  const partition = pool.partition(machine);
  if (partition === undefined) {
    yield* giveUp();
    return;
  }
  // Not always that of the holder before, who may have committed nothing.
  const { epoch, term: epochTerm, writer } = partition.committed;
  yield* engine.announce<ClusterRecord>({
    kind: "failover.started",
    ...{ from: writer, epoch, epochTerm, ...about },
  });

  // 2. Map the committed version read-write, and load its registers.
  if (!partition.mayWrite(host.name, term)) {
    yield* giveUp();
    return;
  }
  const version = partition.committed;
  assert(version.epoch === epoch && version.term === epochTerm, "nobody else commits meanwhile");
  mapVersion(version, vm.guest.memory);
  vm.guest.loadRegisters(version.registers);
  const window = new PoolWindow({ pool, partition, host, term, memory: vm.guest.memory });
  parts.opened(window);
  const { driftMarginPpm } = scheme;
  const lease = new WriteLease({ clock: host.clock, leaseNs: detection.timeout, driftMarginPpm });
  const digest = stateDigest(node.digest, vm.guest.saveRegisters());
  yield* engine.announce<ClusterRecord>({
    kind: "failover.loaded",
    ...{ epoch, epochTerm, digest, ...about },
  });
  const primary = new PooledPrimary({ protection, node, port, window, lease });
  const standing = yield* primary.compute(bootLeftNs + host.profile.promoteNs);
  if (standing === "replaced") {
    window.close();
    yield* giveUp();
    return;
  }

  // 3. Start the processor; output is held from the first packet on. Take over the machine's address.
  node.role = "primary";
  gate.open(term);
  gate.begin(1);
  vm.start();
  clients.announce(machine, host);
  yield* engine.announce<ClusterRecord>({ kind: "failover.serving", from, epoch, ...about });
  yield* primary.run();

  function* giveUp(): Process {
    node.role = "abandoned";
    const reason = "another host has got write access";
    yield* engine.announce<ClusterRecord>({ kind: "stand-by.abandoned", reason, ...about });
  }
}
