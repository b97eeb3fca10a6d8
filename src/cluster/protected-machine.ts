import type { GuestImage } from "../guest/guest.ts";
import type { Host } from "../host/host.ts";
import type { Shadow } from "../lockstep/shadow.ts";
import type { Memory } from "../memory/memory.ts";
import { assert } from "../sim/assert.ts";
import { StandinRangeError } from "../sim/errors.ts";
import type { ProcessHandle } from "../sim/process.ts";
import { MachineNode, type NodeOrder } from "./machine-node.ts";
import { type MigrateOptions, migrate } from "./migration/migrate.ts";
import type { Migration } from "./migration/migration.ts";
import { primaryRole } from "./primary-role.ts";
import type { Protection } from "./protection.ts";
import type { ClusterRecord } from "./records.ts";
import type { Scheme } from "./scheme.ts";
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
  readonly #protection: Protection;
  readonly #nodes: MachineNode[];
  #migration: Migration | undefined;

  /** Boots the machine on both hosts, starts it on the primary and begins to protect it. */
  constructor({ protection, image, primary, secondary, witness }: ProtectedMachineOptions) {
    assert(primary !== secondary, "the two copies are never on one host");
    this.name = protection.machine;
    this.image = image;
    this.#protection = protection;
    const serving = this.#boot(primary, "primary", 1);
    protection.scheme.expect?.(serving.vm.guest, image.name);
    const standing = this.#boot(secondary, "secondary", 1);
    this.#nodes = [serving, standing];
    witness.register(this.name, primary.name, protection.broken.witnessWithoutTerm);
    protection.clients.attach(this.name, primary);
    serving.vm.start();
    this.#serve(serving, secondary.name);
    this.#stand(standing, primary.name);
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
    if (serving?.alone !== true || this.isMoving) {
      const state =
        serving === undefined ? "that nobody serves" : "that is protected, or undecided, or moved";
      throw new StandinRangeError(
        "NOT_ALONE",
        `protectAgain: expected a machine that runs alone, got ${this.name}, ${state}`,
      );
    }
    this.standBy(secondary, { primary: serving.host.name, term: serving.term });
    this.protectWith(serving, secondary.name);
  }

  /**
   * Begins to move the machine to another host while its clients talk to it; see `docs/migration.md`. It
   * goes on in virtual time; what is returned tells how far it is. A secondary that the machine has is
   * dismissed first. Afterwards the machine runs alone, and nothing of it is left on the host that it left.
   *
   * @throws StandinRangeError `MIGRATION_SOURCE` for a machine that nobody serves, or that is being moved;
   *   `MIGRATION_TARGET` for a host that serves it, is off, or has a part of it; StandinTypeError
   *   `PART_NEEDS` for a way that cannot move such a machine. Nothing is changed then.
   */
  migrate(options: MigrateOptions): Migration {
    const { node, moving } = migrate(options, {
      protection: this.#protection,
      image: this.image.name,
      serving: this.activeNode,
      present: this.#nodes.find(({ host, alive }) => host === options.to && alive),
      current: this.#migration,
      standBy: (primary, term, scheme) => {
        const role = this.standBy(options.to, { primary, term }, scheme);
        return { node: this.#nodes.find(({ host }) => host === options.to)!, role };
      },
      protect: (serving, scheme) => this.protectWith(serving, options.to.name, scheme),
      remove: (host) => this.remove(host),
    });
    assert(node === this.activeNode, "who serves is asked to let the machine go");
    this.#migration = moving;
    return moving;
  }

  /**
   * What a host does that is told to stand by: it boots the machine and follows its primary.
   *
   * @param secondary A host that is on and has no living part of the machine.
   * @param scheme How it is kept ready. Default: as the machine is protected.
   * @throws StandinRangeError `STAND_BY_HOST`; nothing is changed then.
   */
  standBy(
    secondary: Host,
    { primary, term }: { primary: string; term: number },
    scheme?: Scheme,
  ): ProcessHandle {
    const present = this.#nodes.find(({ host, alive }) => host === secondary && alive);
    if (secondary.power === "off" || present !== undefined) {
      const state = present === undefined ? "is off" : `has a part of it: ${present.role}`;
      throw new StandinRangeError(
        "STAND_BY_HOST",
        `protectAgain: expected a host that is on and has no part of ${this.name}, got ${secondary.name}, which ${state}`,
      );
    }
    const standing = this.#boot(secondary, "secondary", term);
    const former = this.#nodes.findIndex(({ host }) => host === secondary);
    if (former < 0) this.#nodes.push(standing);
    else this.#nodes[former] = standing;
    return this.#stand(standing, primary, scheme);
  }

  /**
   * What a host does that is told to protect a machine that it serves alone: it begins to replicate.
   *
   * @param scheme How. Default: as the machine is protected.
   */
  protectWith(serving: MachineNode, secondary: string, scheme?: Scheme): ProcessHandle {
    assert(serving.alone, "only a machine that runs alone gets a secondary");
    serving.alone = false;
    return this.#serve(serving, secondary, scheme);
  }

  /**
   * Orders the host that serves to go on alone, without its secondary. It asks the witness for the next term
   * first, so that the former secondary can never be named.
   *
   * @throws StandinRangeError `NOT_PROTECTED`; nothing is changed then.
   */
  dismiss(): void {
    this.#order("dismiss");
  }

  /**
   * Orders the host that serves to hand the machine over to its secondary: after a last checkpoint, where the
   * scheme makes them, nothing is lost or repeated. The machine runs alone afterwards.
   *
   * @throws StandinRangeError `NOT_PROTECTED`; nothing is changed then.
   */
  handOver(): void {
    this.#order("hand-over");
  }

  /**
   * Takes what is left of the machine off a host that was replaced, or gave its copy up.
   *
   * @throws StandinRangeError `PART_IN_USE` if the host serves it or stands by, `NO_SUCH_PART` if it has none.
   */
  remove(host: Host): void {
    const node = this.#nodes.find((each) => each.host === host && each.alive);
    if (node === undefined) {
      throw new StandinRangeError(
        "NO_SUCH_PART",
        `remove: expected a host with a part of ${this.name}, got ${host.name}, which has none`,
      );
    }
    const { role, term } = node;
    if (role === "primary" || role === "secondary") {
      throw new StandinRangeError(
        "PART_IN_USE",
        `remove: expected a part of ${this.name} that is over, got that of ${host.name}, a ${role}`,
      );
    }
    const { engine, clients, machine } = this.#protection;
    node.remove(clients);
    engine.trace.emit<ClusterRecord>({ kind: "machine.removed", machine, host: host.name, term });
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

  /**
   * Puts into a copy of the machine that serves the pages which it has yet to get from the host that it left;
   * for checks. Pages whose host has failed are lost: they stay as they are.
   */
  addAbsentPages(copy: Memory): void {
    const serving = this.activeNode;
    const absent = serving?.vm.guest.memory.absent;
    const former = this.#nodes.find(({ host, alive }) => {
      return alive && host.name === this.#migration?.from && host !== serving?.host;
    });
    if (absent === undefined || former === undefined) return;
    for (const page of absent) copy.hostWrite(page, former.vm.guest.memory.page(page));
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

  /** True from an order to migrate it until the outcome is known. */
  get isMoving(): boolean {
    return this.#migration?.outcome === "under way";
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

  /** Lets a node protect the machine that it serves. */
  #serve(
    serving: MachineNode,
    secondary: string,
    scheme: Scheme = this.#protection.scheme,
  ): ProcessHandle {
    const { engine, machine } = this.#protection;
    const { host } = serving;
    return engine.spawn(`${machine} on ${host.name}: primary`, host.owner, () =>
      primaryRole({ ...this.#protection, scheme }, serving, secondary),
    );
  }

  /** Lets a node stand by. */
  #stand(
    standing: MachineNode,
    primary: string,
    scheme: Scheme = this.#protection.scheme,
  ): ProcessHandle {
    const { engine, machine } = this.#protection;
    const { host } = standing;
    return engine.spawn(`${machine} on ${host.name}: secondary`, host.owner, () =>
      secondaryRole({ ...this.#protection, scheme }, standing, primary),
    );
  }

  #order(order: NodeOrder): void {
    const serving = this.activeNode;
    if (serving?.gate.holding !== true) {
      const state = serving === undefined ? "which nobody serves" : "which runs alone";
      throw new StandinRangeError(
        "NOT_PROTECTED",
        `${order}: expected a machine that is protected, got ${this.name}, ${state}`,
      );
    }
    serving.orders.send(order);
  }
}
