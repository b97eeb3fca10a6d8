import type { GuestImage } from "../guest/guest.ts";
import type { Host } from "../host/host.ts";
import { assert } from "../sim/assert.ts";
import { MachineNode } from "./machine-node.ts";
import { primaryRole } from "./primary-role.ts";
import type { Protection } from "./protection.ts";
import { secondaryRole } from "./secondary-role.ts";
import type { Witness } from "./witness.ts";

/** Where a machine runs and how it is protected. */
export interface ProtectedMachineOptions {
  readonly protection: Protection;
  readonly image: GuestImage;
  readonly primary: Host;
  readonly secondary: Host;
  readonly witness: Witness;
}

/** A machine that runs on a primary host and that a secondary host can stand in for. */
export class ProtectedMachine {
  readonly name: string;
  readonly image: GuestImage;
  readonly #nodes: readonly MachineNode[];

  /** Boots the machine on both hosts, starts it on the primary and begins to protect it. */
  constructor({ protection, image, primary, secondary, witness }: ProtectedMachineOptions) {
    assert(primary !== secondary, "the two copies are never on one host");
    const { engine, clients, machine } = protection;
    this.name = machine;
    this.image = image;
    const node = (host: Host, role: "primary" | "secondary"): MachineNode =>
      new MachineNode({ engine, clients, machine, host, image, role });
    const [serving, standing] = [node(primary, "primary"), node(secondary, "secondary")];
    this.#nodes = [serving, standing];
    witness.register(machine, primary.name, protection.broken.witnessWithoutTerm);
    clients.attach(machine, primary);
    serving.vm.start();
    engine.spawn(`${machine} on ${primary.name}: primary`, primary.owner, () =>
      primaryRole(protection, serving, secondary.name),
    );
    engine.spawn(`${machine} on ${secondary.name}: secondary`, secondary.owner, () =>
      secondaryRole(protection, standing, primary.name),
    );
  }

  /** Every host's part, the first primary's first; for checks and reports. */
  get nodes(): readonly MachineNode[] {
    return this.#nodes;
  }

  /** The node that serves, by the highest term when an old primary does not know better yet. */
  get activeNode(): MachineNode | undefined {
    return this.#nodes
      .filter((node) => node.serving)
      .reduce<MachineNode | undefined>(
        (best, node) => (best === undefined || node.term > best.term ? node : best),
        undefined,
      );
  }

  /** The host that serves the machine, `undefined` while none does. */
  get activeHost(): Host | undefined {
    return this.activeNode?.host;
  }

  /** True when no host serves the machine and one may still come to do so. */
  get recoverable(): boolean {
    return this.#nodes.some(({ alive, role, image }) => {
      return alive && role === "secondary" && image.complete;
    });
  }

  /** True while output is held until a secondary has the state that produced it. */
  get isProtected(): boolean {
    return this.activeNode?.gate.holding ?? false;
  }
}
