import type { GuestImage } from "../guest/guest.ts";
import type { Host } from "../host/host.ts";
import { StandinRangeError } from "../sim/errors.ts";
import type { ProcessHandle } from "../sim/process.ts";
import { MachineNode } from "./machine-node.ts";
import { primaryRole } from "./primary-role.ts";
import type { Protection } from "./protection.ts";
import type { ClusterRecord } from "./records.ts";
import { secondaryRole } from "./secondary-role.ts";

/** A part that is about to be booted. */
export interface NewPart {
  readonly host: Host;
  readonly role: "primary" | "secondary";
  readonly term: number;
  /** Whether it runs on the bare host. Default false. */
  readonly isBare?: boolean;
}

/** The parts that hosts have of a machine, and what they are made to do. */
export class MachineParts {
  readonly #image: GuestImage;
  /** The newest part of every host, the first primary's first. */
  readonly nodes: MachineNode[] = [];
  /** Told of each host that gets a part later than at the beginning. */
  onPart: ((host: Host) => void) | undefined;

  constructor(image: GuestImage) {
    this.#image = image;
  }

  /** The part that serves, by the highest term when an old primary does not know better yet. */
  get active(): MachineNode | undefined {
    return this.nodes
      .filter((node) => node.serving)
      .reduce<MachineNode | undefined>(
        (best, node) => (best === undefined || node.term > best.term ? node : best),
        undefined,
      );
  }

  /** The part that a host has of the machine, unless the host has lost it. */
  livingOn(host: Host): MachineNode | undefined {
    return this.nodes.find((node) => node.host === host && node.alive);
  }

  /** Boots the machine on a host, where it waits to be told what to do. */
  boot(
    { engine, clients, machine, scheme }: Protection,
    { host, role, term, isBare = false }: NewPart,
  ): MachineNode {
    const image = this.#image;
    const release = isBare ? undefined : scheme.release;
    return new MachineNode({ engine, clients, machine, host, image, role, term, release, isBare });
  }

  /** Puts a host's new part of the machine in the place of its former one. */
  place(node: MachineNode): void {
    const former = this.nodes.findIndex(({ host }) => host === node.host);
    if (former < 0) this.nodes.push(node);
    else this.nodes[former] = node;
    this.onPart?.(node.host);
  }

  /** Lets a part protect the machine that it serves. */
  serve(protection: Protection, serving: MachineNode, secondary: string): ProcessHandle {
    const { engine, machine } = protection;
    const { host } = serving;
    serving.peer = secondary;
    return engine.spawn(`${machine} on ${host.name}: primary`, host.owner, () =>
      primaryRole(protection, serving, secondary),
    );
  }

  /** Lets a part stand by. */
  stand(protection: Protection, standing: MachineNode, primary: string): ProcessHandle {
    const { engine, machine } = protection;
    const { host } = standing;
    standing.peer = primary;
    return engine.spawn(`${machine} on ${host.name}: secondary`, host.owner, () =>
      secondaryRole(protection, standing, primary),
    );
  }

  /**
   * Takes what is left of the machine off a host that was replaced, or gave its copy up.
   *
   * @throws StandinRangeError `PART_IN_USE` if the host serves it or stands by, `NO_SUCH_PART` if it has none.
   */
  remove({ engine, clients, machine }: Protection, host: Host): void {
    const node = this.livingOn(host);
    if (node === undefined) {
      throw new StandinRangeError(
        "NO_SUCH_PART",
        `remove: expected a host with a part of ${machine}, got ${host.name}, which has none`,
      );
    }
    const { role, term } = node;
    if (role === "primary" || role === "secondary") {
      throw new StandinRangeError(
        "PART_IN_USE",
        `remove: expected a part of ${machine} that is over, got that of ${host.name}, a ${role}`,
      );
    }
    node.remove(clients);
    engine.trace.emit<ClusterRecord>({ kind: "machine.removed", machine, host: host.name, term });
  }
}
