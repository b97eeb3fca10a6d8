import type { GuestImage } from "../guest/guest.ts";
import type { Host } from "../host/host.ts";
import type { Shadow } from "../lockstep/shadow.ts";
import { assert } from "../sim/assert.ts";
import { StandinRangeError } from "../sim/errors.ts";
import type { ProcessHandle } from "../sim/process.ts";
import { MachineNode } from "./machine-node.ts";
import { primaryRole } from "./primary-role.ts";
import type { Protection } from "./protection.ts";
import { secondaryRole } from "./secondary-role.ts";
import { standByAgent } from "./start/stand-by-agent.ts";
import { expectStartable, noteReservation } from "./start/start-check.ts";
import { startRole } from "./start/start-role.ts";
import type { Witness } from "./witness.ts";

/** Where a machine runs and how it is protected. */
export interface ProtectedMachineOptions {
  readonly protection: Protection;
  readonly image: GuestImage;
  readonly primary: Host;
  /** Absent for a machine that begins on the bare host, unprotected. */
  readonly secondary?: Host;
  readonly witness: Witness;
}

/** How the protection of a machine that runs on the bare host is to be. */
export type StartSettings = Pick<Protection, "scheme" | "detection" | "broken">;

/**
 * A machine that runs on a primary host and that a secondary host can stand in for; or, until its
 * protection is started, one that runs on its bare host alone.
 */
export class ProtectedMachine {
  readonly name: string;
  readonly image: GuestImage;
  #protection: Protection;
  readonly #nodes: MachineNode[];
  /** Times that its protection was started on the bare host. */
  #attempts = 0;
  /** What waits on the host that was to stand by last. */
  #agent: ProcessHandle | undefined;

  /** Boots the machine on its hosts, starts it on the primary and, with a secondary, begins to protect it. */
  constructor({ protection, image, primary, secondary, witness }: ProtectedMachineOptions) {
    assert(primary !== secondary, "the two copies are never on one host");
    this.name = protection.machine;
    this.image = image;
    this.#protection = protection;
    const serving = this.#boot(primary, "primary", 1, secondary === undefined);
    protection.scheme.expect?.(serving.vm.guest, image.name);
    const standing = secondary && this.#boot(secondary, "secondary", 1);
    this.#nodes = standing === undefined ? [serving] : [serving, standing];
    witness.register(this.name, primary.name, protection.broken.witnessWithoutTerm);
    protection.clients.attach(this.name, primary);
    serving.vm.start();
    if (standing !== undefined) this.#follow(serving, standing);
    else noteReservation(protection, serving);
  }

  /**
   * Starts to protect a machine that runs on its bare host and serves, without a restart: a monitor is put
   * below it, and it is copied while it runs (US10216598). Whatever fails before it is mirrored leaves it as
   * it was, on the bare host, and it can be started again.
   *
   * @param secondary A host that is on and has no living part of the machine, but one that has given up.
   * @throws StandinRangeError `NOBODY_SERVES`, `ALREADY_PROTECTED`, `STAND_BY_HOST`, `RESERVED_RANGE_TOO_SMALL`;
   *   StandinTypeError `SAME_HOST`, and what the scheme refuses. Nothing is changed then.
   */
  startProtection(secondary: Host, settings: StartSettings): void {
    const { serving, bare } = expectStartable(this, this.activeNode, secondary);
    settings.scheme.expect?.(serving.vm.guest, this.image.name);
    this.#protection = { ...this.#protection, ...settings };
    const { engine, clients, machine } = this.#protection;
    this.#attempts += 1;
    const attempt = this.#attempts;
    bare.isStarting = true;
    serving.releaseBy(settings.scheme.release);
    this.#agent?.kill();
    const follow = (primary: string): void => {
      clients.unlisten(machine, secondary);
      const standing = this.#boot(secondary, "secondary", serving.term);
      this.#place(standing);
      this.#stand(standing, primary);
    };
    const agent = { host: secondary, attempt, term: serving.term, follow };
    this.#agent = engine.spawn(`${machine} on ${secondary.name}: agent`, secondary.owner, () =>
      standByAgent(this.#protection, agent),
    );
    engine.spawn(`${machine} on ${serving.host.name}: start`, serving.host.owner, () =>
      startRole(this.#protection, serving, bare, { secondary: secondary.name, attempt }),
    );
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
      const state = stateOf(serving);
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
    this.#place(standing);
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

  #boot(
    host: Host,
    role: "primary" | "secondary",
    term: number,
    isBare: boolean = false,
  ): MachineNode {
    const { engine, clients, machine, scheme } = this.#protection;
    const { image } = this;
    const release = isBare ? undefined : scheme.release;
    return new MachineNode({ engine, clients, machine, host, image, role, term, release, isBare });
  }

  /** Puts a host's new part of the machine in the place of its former one. */
  #place(node: MachineNode): void {
    const former = this.#nodes.findIndex(({ host }) => host === node.host);
    if (former < 0) this.#nodes.push(node);
    else this.#nodes[former] = node;
  }

  /** Lets one node protect the machine that it serves with the other. */
  #follow(serving: MachineNode, standing: MachineNode): void {
    const { engine, machine } = this.#protection;
    const [from, to] = [serving.host, standing.host];
    engine.spawn(`${machine} on ${from.name}: primary`, from.owner, () =>
      primaryRole(this.#protection, serving, to.name),
    );
    this.#stand(standing, from.name);
  }

  /** Lets a node stand by for the machine that `primary` serves. */
  #stand(standing: MachineNode, primary: string): void {
    const { engine, machine } = this.#protection;
    const { host } = standing;
    engine.spawn(`${machine} on ${host.name}: secondary`, host.owner, () =>
      secondaryRole(this.#protection, standing, primary),
    );
  }
}

/** Why a machine that is to run alone does not. */
function stateOf(serving: MachineNode | undefined): string {
  if (serving === undefined) return "that nobody serves";
  const isBare = serving.bare !== undefined && !serving.bare.isMonitored;
  return isBare ? "that runs on its bare host" : "that is protected, or undecided";
}
