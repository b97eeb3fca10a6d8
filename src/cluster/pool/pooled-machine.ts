import { stateDigest } from "../../checkpoint/state-digest.ts";
import type { Host } from "../../host/host.ts";
import { versionOf } from "../../host/pool/pool-window.ts";
import { MemoryDigest } from "../../memory/memory-digest.ts";
import { assert } from "../../sim/assert.ts";
import { MachineNode } from "../machine-node.ts";
import { PooledHost } from "./pooled-host.ts";
import type { PooledProtection } from "./pooled-protection.ts";
import type { PooledRecord } from "./records.ts";

/** Where a machine runs whose memory is in a pool. */
export interface PooledMachineOptions {
  readonly protection: PooledProtection;
  /** All hosts that it may run on: the primary, the secondary, then spares. */
  readonly hosts: readonly [Host, Host, ...Host[]];
  /** Gets the newest part of every host that ever had one; empty at first. */
  readonly nodes: MachineNode[];
}

/** A machine whose memory lives in a pool: no host has it, and any of its hosts can go on with it. */
export class PooledMachine {
  readonly #protection: PooledProtection;
  readonly #hosts: readonly Host[];
  readonly #nodes: MachineNode[];
  #isLost = false;

  /**
   * Boots the machine in the pool, with both hosts, and starts it on the first.
   *
   * @throws StandinRangeError `POOL_CAPACITY` if the pool has no room for it, `POOL_OFF`, `MACHINE_EXISTS`;
   *   nothing is changed then.
   */
  constructor({ protection, hosts, nodes }: PooledMachineOptions) {
    const { engine, machine, scheme, clients, detection } = protection;
    const { pool } = scheme;
    this.#protection = protection;
    this.#hosts = hosts;
    this.#nodes = nodes;
    // A boot gives the same memory every time: this one is what the pool holds of it at first.
    const { memory, ...booted } = boot(protection);
    const pagesMax = memory.regions.reduce((sum, { maxPages }) => sum + maxPages, 0);
    const [primary, secondary] = hosts;
    pool.makePartition({
      ...{ machine, holder: primary.name, reader: secondary.name },
      hosts: hosts.map(({ name }) => name),
      leaseNs: detection.timeout,
      ...{
        pagesMax,
        first: versionOf(memory, booted.registers, primary.name),
        digest: booted.digest,
      },
      broken: scheme.broken,
    });
    const serving = this.#boot(primary, "primary", 1);
    const standing = this.#boot(secondary, "secondary", 1);
    clients.attach(machine, primary);
    // Its output is held from the first packet on: what it booted to is committed.
    serving.gate.begin(1);
    serving.vm.start();
    for (const host of hosts) {
      const node = host === primary ? serving : host === secondary ? standing : undefined;
      new PooledHost({
        ...{ protection, host, boot: (on, term) => this.#boot(on, "secondary", term) },
        ...(node === undefined ? {} : { node }),
        ...(node === serving ? { secondary: secondary.name } : {}),
      });
    }
    pool.host.onPowerLoss(() => this.#lose());
    assert(engine === serving.host.engine, "a machine and its hosts are of one simulation");
  }

  /** Its pool and the hosts that it may run on, by name. */
  get pool(): { readonly name: string; readonly hosts: readonly string[] } {
    const { scheme, hosts } = this.#protection;
    return { name: scheme.pool.name, hosts };
  }

  /** True while the pool has it and a host is on that may run it. */
  get recoverable(): boolean {
    return !this.#isLost && this.#hosts.some(({ power }) => power === "on");
  }

  #boot(host: Host, role: "primary" | "secondary", term: number): MachineNode {
    const { engine, clients, machine, image } = this.#protection;
    const former = this.#nodes.findIndex((node) => node.host === host);
    if (former >= 0) clients.unlisten(machine, host);
    const node = new MachineNode({ engine, clients, machine, host, image, role, term });
    if (former < 0) this.#nodes.push(node);
    else this.#nodes[former] = node;
    return node;
  }

  /** The pool lost power: there is no machine any more that anybody could run. */
  #lose(): void {
    if (this.#isLost) return;
    this.#isLost = true;
    const { engine, machine, scheme } = this.#protection;
    for (const node of this.#nodes) {
      if (!node.alive || node.role === "fenced" || node.role === "abandoned") continue;
      node.role = "abandoned";
      const about = { machine, host: node.host.name, term: node.term, pool: scheme.pool.name };
      engine.trace.emit<PooledRecord>({ kind: "machine.lost", ...about });
    }
  }
}

/** Boots a machine that nobody runs: what it comes to, and a digest of that. */
function boot({ image }: PooledProtection) {
  const guest = image.create({
    now: () => 0,
    random32: () => 0,
    // What a boot sends is sent before anybody is connected.
    transmit: () => undefined,
  });
  const { memory } = guest;
  const registers = guest.saveRegisters();
  return { memory, registers, digest: stateDigest(new MemoryDigest(memory), registers) };
}
