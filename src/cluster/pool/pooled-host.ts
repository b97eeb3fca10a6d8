import type { Host } from "../../host/host.ts";
import { PoolWindow } from "../../host/pool/pool-window.ts";
import { assert } from "../../sim/assert.ts";
import type { Process } from "../../sim/process.ts";
import type { MachineNode } from "../machine-node.ts";
import { PoolPort } from "./pool-port.ts";
import { PooledPrimary } from "./pooled-primary.ts";
import type { PooledProtection } from "./pooled-protection.ts";
import { pooledStandBy } from "./pooled-stand-by.ts";
import { pooledTakeover } from "./pooled-takeover.ts";
import { WriteLease } from "./write-lease.ts";

/** What a host begins with. */
export interface PooledHostOptions {
  readonly protection: PooledProtection;
  readonly host: Host;
  /** The machine on this host, if it serves it at first or stands by; a spare has none. */
  readonly node?: MachineNode;
  /** Of the host that serves at first: who stands by. */
  readonly secondary?: string;
  /** Boots the machine on this host. */
  readonly boot: (host: Host, term: number) => MachineNode;
}

/**
 * A host that may run a machine whose memory is in a pool: by turns it stands by and serves. It begins anew
 * when it is restarted, and when it was replaced: then it stands by again.
 */
export class PooledHost {
  readonly #options: PooledHostOptions;
  #first: MachineNode | undefined;
  #window: PoolWindow | undefined;

  /** Begins at once. A node that is to serve has been started, and its gate holds. */
  constructor(options: PooledHostOptions) {
    const { protection, host, node } = options;
    this.#options = options;
    this.#first = node;
    host.onPowerLoss(() => this.#losePower());
    host.onStart(() => {
      const first = this.#first;
      this.#first = undefined;
      const name = `${protection.machine} on ${host.name}: pooled`;
      protection.engine.spawn(name, host.owner, () => this.#live(first));
    });
  }

  *#live(first: MachineNode | undefined): Process<never> {
    const { protection, host, boot } = this.#options;
    const { network, machine, scheme, detection } = protection;
    const [pool, retryNs] = [scheme.pool.name, detection.heartbeat];
    const port = new PoolPort({ network, host, pool, machine, retryNs });
    let node = first;
    if (node?.role === "primary") {
      yield* this.#serveFirst(node, port);
      node = undefined;
    }
    for (;;) {
      const takeover = yield* pooledStandBy({
        ...{ protection, host, port, boot: (term) => boot(host, term) },
        ...(node === undefined ? {} : { node }),
      });
      node = undefined;
      yield* pooledTakeover({
        ...{ protection, port, ...takeover },
        opened: (window) => {
          this.#window = window;
        },
      });
      this.#window = undefined;
    }
  }

  *#serveFirst(node: MachineNode, port: PoolPort): Process {
    const { protection, host, secondary } = this.#options;
    const { machine, scheme, detection } = protection;
    const { pool, driftMarginPpm } = scheme;
    const partition = pool.partition(machine);
    assert(partition !== undefined, "a machine that is pooled has a partition");
    const { memory } = node.vm.guest;
    const window = new PoolWindow({ pool, partition, host, term: node.term, memory });
    this.#window = window;
    const lease = new WriteLease({ clock: host.clock, leaseNs: detection.timeout, driftMarginPpm });
    yield* new PooledPrimary({
      ...{ protection, node, port, window, lease },
      ...(secondary === undefined ? {} : { secondary }),
    }).run();
    this.#window = undefined;
  }

  #losePower(): void {
    this.#window?.cutOff();
    this.#window = undefined;
  }
}
