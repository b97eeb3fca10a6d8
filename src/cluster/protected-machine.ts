import type { GuestImage } from "../guest/guest.ts";
import type { Host } from "../host/host.ts";
import type { Shadow } from "../lockstep/shadow.ts";
import { assert } from "../sim/assert.ts";
import { StandinRangeError } from "../sim/errors.ts";
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

/** A machine that runs on one host, alone. */
interface AloneOptions {
  readonly protection: Protection;
  readonly image: GuestImage;
  readonly node: MachineNode;
}

/** A machine that runs on a primary host and that a secondary host can stand in for. */
export class ProtectedMachine {
  readonly name: string;
  readonly image: GuestImage;
  readonly #protection: Protection;
  readonly #nodes: MachineNode[];

  /** Boots the machine on both hosts, starts it on the primary and begins to protect it. */
  constructor(options: ProtectedMachineOptions | AloneOptions) {
    const { protection, image } = options;
    this.name = protection.machine;
    this.image = image;
    this.#protection = protection;
    if ("node" in options) {
      this.#nodes = [options.node];
      return;
    }
    const { primary, secondary, witness } = options;
    assert(primary !== secondary, "the two copies are never on one host");
    const serving = this.#boot(primary, "primary", 1);
    protection.scheme.expect?.(serving.vm.guest, image.name);
    const standing = this.#boot(secondary, "secondary", 1);
    this.#nodes = [serving, standing];
    witness.register(this.name, primary.name, protection.broken.witnessWithoutTerm);
    protection.clients.attach(this.name, primary);
    serving.vm.start();
    this.#follow(serving, standing);
  }

  /** A machine that one host serves already, alone, as the witness knows. */
  static alone(protection: Protection, image: GuestImage, node: MachineNode): ProtectedMachine {
    assert(node.serving && node.alone, "a machine that runs alone is served by one host");
    return new ProtectedMachine({ protection, image, node });
  }

  /** The settings under which it is or will be protected. */
  get protection(): Protection {
    return this.#protection;
  }

  /**
   * Gives a machine that runs alone a new secondary: boots the machine there and copies it while it
   * serves, as at the beginning. The way to more than one failover.
   *
   * @param secondary A host that is on and has no living part of the machine: one that was restarted.
   * @throws StandinRangeError `NOT_ALONE` unless one host serves the machine, alone; `STAND_BY_HOST` for
   *   a host that cannot become its secondary. Nothing is changed then.
   */
  protectAgain(secondary: Host): void {
    const serving = this.activeNode;
    if (serving?.alone !== true) {
      const state =
        serving === undefined ? "that nobody serves" : "that is protected, or undecided";
      throw new StandinRangeError(
        "NOT_ALONE",
        `protectAgain: expected a machine that runs alone, got ${this.name}, ${state}`,
      );
    }
    const present = this.#nodes.find(({ host, alive }) => host === secondary && alive);
    if (secondary.power === "off" || present !== undefined) {
      const state = present === undefined ? "is off" : `has a part of it: ${present.role}`;
      throw new StandinRangeError(
        "STAND_BY_HOST",
        `protectAgain: expected a host that is on and has no part of ${this.name}, got ${secondary.name}, which ${state}`,
      );
    }
    const standing = this.#boot(secondary, "secondary", serving.term);
    const former = this.#nodes.findIndex(({ host }) => host === secondary);
    if (former < 0) this.#nodes.push(standing);
    else this.#nodes[former] = standing;
    serving.alone = false;
    this.#follow(serving, standing);
  }

  /**
   * Asks the host that serves for a checkpoint soon; how soon is up to the scheme's trigger, and most
   * triggers do not listen. Nothing happens while nobody serves.
   */
  requestCheckpoint(): void {
    this.activeNode?.requested.set();
  }

  /** The newest part of every host, the first primary's first; for checks and reports. */
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

  /** True when a host stands by that may come to serve the machine, whether or not one serves now. */
  get recoverable(): boolean {
    return this.#nodes.some(({ alive, role, image }) => {
      return alive && role === "secondary" && image.complete;
    });
  }

  /** The newest delayed shadow that a living host has of it, under a scheme that keeps one. */
  get shadow(): Shadow | undefined {
    return this.#nodes.findLast(({ alive, replication }) => alive && replication?.shadow)
      ?.replication?.shadow;
  }

  /** True while output is held until a secondary has the state that produced it. */
  get isProtected(): boolean {
    return this.activeNode?.gate.holding ?? false;
  }

  /** True if the scheme lets packets to this client leave before the state that they tell of is safe. */
  mayBypass(client: number): boolean {
    return this.#protection.scheme.release?.bypassClients.has(client) === true;
  }

  #boot(host: Host, role: "primary" | "secondary", term: number): MachineNode {
    const { engine, clients, machine, scheme } = this.#protection;
    const { image } = this;
    const { release } = scheme;
    return new MachineNode({ engine, clients, machine, host, image, role, term, release });
  }

  /** Lets one node protect the machine that it serves with the other. */
  #follow(serving: MachineNode, standing: MachineNode): void {
    const { engine, machine } = this.#protection;
    const [from, to] = [serving.host, standing.host];
    engine.spawn(`${machine} on ${from.name}: primary`, from.owner, () =>
      primaryRole(this.#protection, serving, to.name),
    );
    engine.spawn(`${machine} on ${to.name}: secondary`, to.owner, () =>
      secondaryRole(this.#protection, standing, from.name),
    );
  }
}
