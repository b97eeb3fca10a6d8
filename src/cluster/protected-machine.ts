import type { GuestImage } from "../guest/guest.ts";
import type { Host } from "../host/host.ts";
import type { Shadow } from "../lockstep/shadow.ts";
import type { Memory } from "../memory/memory.ts";
import { assert } from "../sim/assert.ts";
import { StandinRangeError } from "../sim/errors.ts";
import type { ProcessHandle } from "../sim/process.ts";
import { hostsNeeded, recordFence } from "./fencing/installed-fence.ts";
import { startVolumeWriter } from "./fencing/volume-writer.ts";
import type { MachineNode, NodeOrder } from "./machine-node.ts";
import { MachineParts } from "./machine-parts.ts";
import { type MigrateOptions, migrate } from "./migration/migrate.ts";
import type { Migration } from "./migration/migration.ts";
import { PooledMachine } from "./pool/pooled-machine.ts";
import type { PooledProtection } from "./pool/pooled-protection.ts";
import type { Protection } from "./protection.ts";
import type { Scheme } from "./scheme.ts";
import { standByAgent } from "./start/stand-by-agent.ts";
import { expectStartable, noteReservation } from "./start/start-check.ts";
import { startRole } from "./start/start-role.ts";
import type { TermKeeper } from "./term-keeper.ts";

/** Where a machine runs and how it is protected. */
export interface ProtectedMachineOptions {
  readonly protection: Protection;
  readonly image: GuestImage;
  readonly primary: Host;
  /** Absent for a machine that begins on the bare host, unprotected. */
  readonly secondary?: Host;
  /** Who keeps the machine's term: a witness, or an array; nobody under a fence that does without. */
  readonly witness?: TermKeeper | undefined;
}

/** Where a machine runs whose memory is in a pool: the primary first, then the secondary, then spares. */
export interface PooledMachineOptions {
  readonly pooled: PooledProtection;
  readonly hosts: readonly [Host, Host, ...Host[]];
}

/** A host's part of a machine that stands by, and the process that makes it do so. */
export interface StandBy {
  readonly node: MachineNode;
  readonly role: ProcessHandle;
}

/** A machine that runs on one host, alone. */
interface AloneOptions {
  readonly protection: Protection;
  readonly image: GuestImage;
  readonly node: MachineNode;
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
  /** How a pair protects it; a machine in a pool has none. */
  #pair: Protection | undefined;
  /** The machine in its pool, if its memory lives in one. */
  readonly #pooled: PooledMachine | undefined;
  readonly #parts: MachineParts;
  /** Times that its protection was started on the bare host. */
  #attempts = 0;
  /** What waits on the host that was to stand by last. */
  #agent: ProcessHandle | undefined;
  #migration: Migration | undefined;

  /**
   * Boots the machine on its hosts, starts it on the primary and, with a secondary, begins to protect it.
   *
   * @throws For a machine in a pool as `MemoryPool.makePartition` does; nothing is changed then.
   */
  constructor(options: ProtectedMachineOptions | PooledMachineOptions | AloneOptions) {
    if ("pooled" in options) {
      const { pooled, hosts } = options;
      this.name = pooled.machine;
      this.image = pooled.image;
      this.#parts = new MachineParts(this.image);
      const { nodes } = this.#parts;
      this.#pooled = new PooledMachine({ protection: pooled, hosts, nodes });
      return;
    }
    const { protection, image } = options;
    this.name = protection.machine;
    this.image = image;
    this.#pair = protection;
    this.#parts = new MachineParts(image);
    if ("node" in options) {
      this.#parts.place(options.node);
      return;
    }
    const { primary, secondary, witness } = options;
    assert(primary !== secondary, "the two copies are never on one host");
    const isBare = secondary === undefined;
    const parts = this.#parts;
    const serving = parts.boot(protection, { host: primary, role: "primary", term: 1, isBare });
    parts.place(serving);
    protection.scheme.expect?.(serving.vm.guest, image.name);
    const standing = secondary && this.#bootStandBy(secondary, 1);
    recordFence(
      protection,
      primary.name,
      parts.nodes.map(({ host }) => host.name),
    );
    witness?.register(this.name, primary.name, protection.broken);
    protection.clients.attach(this.name, primary);
    serving.vm.start();
    startVolumeWriter(protection, serving);
    if (secondary === undefined || standing === undefined) {
      noteReservation(protection, serving);
      return;
    }
    parts.serve(protection, serving, secondary.name);
    parts.stand(protection, standing, primary.name);
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
    this.#pair = { ...this.#protection, ...settings };
    const { engine, clients, machine } = this.#protection;
    this.#attempts += 1;
    const attempt = this.#attempts;
    bare.isStarting = true;
    serving.releaseBy(settings.scheme.release);
    this.#agent?.kill();
    const follow = (primary: string): void => {
      clients.unlisten(machine, secondary);
      const standing = this.#bootStandBy(secondary, serving.term);
      this.#parts.stand(this.#protection, standing, primary);
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
   * A machine in a pool is never alone: it finds its next secondary by itself.
   *
   * @param secondary A host that is on and has no living part of the machine: one that was restarted.
   * @throws StandinRangeError `NOT_ALONE` unless one host serves the machine, alone; `STAND_BY_HOST` for
   *   a host that cannot become its secondary. Nothing is changed then.
   */
  protectAgain(secondary: Host): void {
    const serving = this.activeNode;
    if (serving?.alone !== true || this.isMoving) {
      const state = this.isMoving ? "that is moved" : stateOf(serving);
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
      present: this.#parts.livingOn(options.to),
      current: this.#migration,
      standBy: (primary, term, scheme) => this.standBy(options.to, { primary, term }, scheme),
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
  ): StandBy {
    const present = this.#parts.livingOn(secondary);
    if (secondary.power === "off" || present !== undefined) {
      const state = present === undefined ? "is off" : `has a part of it: ${present.role}`;
      throw new StandinRangeError(
        "STAND_BY_HOST",
        `protectAgain: expected a host that is on and has no part of ${this.name}, got ${secondary.name}, which ${state}`,
      );
    }
    const node = this.#bootStandBy(secondary, term);
    return { node, role: this.#parts.stand(this.#under(scheme), node, primary) };
  }

  /**
   * What a host does that is told to protect a machine that it serves alone: it begins to replicate.
   *
   * @param scheme How. Default: as the machine is protected.
   */
  protectWith(serving: MachineNode, secondary: string, scheme?: Scheme): ProcessHandle {
    assert(serving.alone, "only a machine that runs alone gets a secondary");
    serving.alone = false;
    return this.#parts.serve(this.#under(scheme), serving, secondary);
  }

  /**
   * Orders the host that serves to go on alone, without its secondary. It asks the witness for the next term
   * first, so that the former secondary can never be named.
   *
   * @throws StandinRangeError `NOT_PROTECTED`, also for a machine in a pool; nothing is changed then.
   */
  dismiss(): void {
    this.#order("dismiss");
  }

  /**
   * Orders the host that serves to hand the machine over to its secondary: after a last checkpoint, where the
   * scheme makes them, nothing is lost or repeated. The machine runs alone afterwards.
   *
   * @throws StandinRangeError `NOT_PROTECTED`, also for a machine in a pool; nothing is changed then.
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
    this.#parts.remove(this.#protection, host);
  }

  /**
   * Asks the host that serves for a checkpoint soon; how soon is up to the scheme's trigger, and most
   * triggers do not listen. Nothing happens while nobody serves.
   */
  requestCheckpoint(): void {
    this.activeNode?.requested.set();
  }

  /** Names of the other hosts on which it depends that somebody can come to serve it: the witness's, for one. */
  get needs(): readonly string[] {
    if (this.#pooled !== undefined) return [this.#pooled.pool.name];
    return hostsNeeded(
      this.#protection,
      this.nodes.map(({ host }) => host.name),
    );
  }

  /** The newest part of every host, the first primary's first; for checks and reports. */
  get nodes(): readonly MachineNode[] {
    return this.#parts.nodes;
  }

  /** The part that a host has of it, unless the host has lost it; for checks, orders and reports. */
  partOn(host: Host): MachineNode | undefined {
    return this.#parts.livingOn(host);
  }

  /** Has `tell` told of each host that gets a part of it from now on, except of a machine in a pool. */
  onPart(tell: (host: Host) => void): void {
    this.#parts.onPart = tell;
  }

  /** The node that serves, by the highest term when an old primary does not know better yet. */
  get activeNode(): MachineNode | undefined {
    return this.#parts.active;
  }

  /**
   * Puts into a copy of the machine that serves the pages which it has yet to get from the host that it left;
   * for checks. Pages whose host has failed are lost: they stay as they are.
   */
  addAbsentPages(copy: Memory): void {
    const serving = this.activeNode;
    const absent = serving?.vm.guest.memory.absent;
    const former = this.nodes.find(({ host, alive }) => {
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
    if (this.#pooled !== undefined) return this.#pooled.recoverable;
    return this.nodes.some(({ alive, role, image }) => {
      return alive && role === "secondary" && image.complete;
    });
  }

  /** The pool that has its memory, and the hosts that it may run on, by name; undefined for a pair. */
  get pool(): { readonly name: string; readonly hosts: readonly string[] } | undefined {
    return this.#pooled?.pool;
  }

  /** The newest delayed shadow that a living host has of it, under a scheme that keeps one. */
  get shadow(): Shadow | undefined {
    return this.nodes.findLast(({ alive, replication }) => alive && replication?.shadow)
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
    return this.#pair?.scheme.release?.bypassClients.has(client) === true;
  }

  get #protection(): Protection {
    assert(this.#pair !== undefined, "what a pair does is asked of a pair");
    return this.#pair;
  }

  /** How it is protected, or as it is with another scheme. */
  #under(scheme: Scheme = this.#protection.scheme): Protection {
    return { ...this.#protection, scheme };
  }

  /** Boots the machine on a host that is to stand by. */
  #bootStandBy(host: Host, term: number): MachineNode {
    const node = this.#parts.boot(this.#protection, { host, role: "secondary", term });
    this.#parts.place(node);
    return node;
  }

  #order(order: NodeOrder): void {
    if (this.#pooled !== undefined) {
      throw new StandinRangeError(
        "NOT_PROTECTED",
        `${order}: expected a machine that a pair protects, got ${this.name}, whose memory is in a pool`,
      );
    }
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

/** Why a machine that is to run alone does not. */
function stateOf(serving: MachineNode | undefined): string {
  if (serving === undefined) return "that nobody serves";
  const isBare = serving.bare !== undefined && !serving.bare.isMonitored;
  return isBare ? "that runs on its bare host" : "that is protected, or undecided";
}
