import { assert } from "../sim/assert.ts";
import type { Engine } from "../sim/engine.ts";
import { StandinRangeError } from "../sim/errors.ts";
import type { Nanoseconds } from "../sim/time.ts";
import type { HardwareProfile } from "./hardware-profile.ts";
import { Host } from "./host.ts";
import { Link } from "./link.ts";
import { type LinkOptions, type LinkSettings, linkSettings } from "./link-options.ts";
import { modern } from "./profiles/modern.ts";
import type { Wire } from "./wire.ts";

/** Most hosts of a network. */
const HOSTS_MAX = 65_536;

/** What a host is made of. */
export interface HostOptions {
  /** What things cost on it. Default: `modern`. */
  readonly profile?: HardwareProfile;
}

/** Which direction. */
export interface DirectionOptions {
  /** Only what `a` sends to `b`. Default: both directions. */
  readonly oneWay?: boolean;
}

/** Hosts and the links between them. Whoever sends is told of no loss. */
export class Network {
  readonly engine: Engine;
  readonly #hosts: Map<string, Host> = new Map();
  readonly #links: Link[] = [];
  /** By sending host, then by name of the receiver. */
  readonly #routes: Map<Host, Map<string, Route>> = new Map();
  /** The mesh that a host is in, and its place there. */
  readonly #meshes: Map<Host, { readonly mesh: LinkSettings; readonly place: number }> = new Map();
  #connectionCount = 0;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  /** All hosts, in the order in which they were added. */
  get hosts(): readonly Host[] {
    return [...this.#hosts.values()];
  }

  /** All links, in the order in which they were made; those of meshes are made when they are first used. */
  get links(): readonly Link[] {
    return this.#links;
  }

  /**
   * Adds a host, which is on.
   *
   * @throws StandinRangeError `HOST_EXISTS` if the name is taken.
   */
  addHost(name: string, options: HostOptions = {}): Host {
    if (this.#hosts.has(name)) {
      throw new StandinRangeError(
        "HOST_EXISTS",
        `host: expected a name that is not taken, got "${name}"`,
      );
    }
    assert(this.#hosts.size < HOSTS_MAX, "the hosts of a network are bounded");
    const host = new Host(this.engine, name, options.profile ?? modern);
    this.#hosts.set(name, host);
    this.#routes.set(host, new Map());
    return host;
  }

  /**
   * The host of this name.
   *
   * @throws StandinRangeError `NO_SUCH_HOST` if there is none.
   */
  host(name: string): Host {
    const host = this.#hosts.get(name);
    if (host !== undefined) return host;
    throw new StandinRangeError(
      "NO_SUCH_HOST",
      `host: expected one of ${[...this.#hosts.keys()].join(", ") || "none"}, got "${name}"`,
    );
  }

  /**
   * Connects two hosts. What the options leave out comes from the profile of `a`.
   *
   * @throws StandinRangeError `LINK_EXISTS` if they are connected, `LINK_LOOP` for a host with itself,
   *   `LINK_OPTION` or `BANDWIDTH` for an option out of range.
   */
  connect(a: Host | string, b: Host | string, options: LinkOptions = {}): Link {
    const [from, to] = [this.#host(a), this.#host(b)];
    if (from === to) {
      throw new StandinRangeError(
        "LINK_LOOP",
        `connect: expected two hosts, got ${from.name} twice`,
      );
    }
    if (this.linked(from, to)) {
      throw new StandinRangeError(
        "LINK_EXISTS",
        `connect: expected hosts without a link, got ${from.name} and ${to.name}`,
      );
    }
    return this.#makeLink(from, to, linkSettings(options, from.profile.link));
  }

  /**
   * Connects each of some hosts with each other one, as a switch does: every two of them have a link of their
   * own, which is made when it is first asked for. So a thousand hosts cost what they use. What the options
   * leave out comes from the profile of the first.
   *
   * @param hosts None of them in a mesh already.
   * @throws StandinRangeError as {@link connect}; `LINK_EXISTS` for a host that is in a mesh.
   */
  mesh(hosts: readonly Host[], options: LinkOptions = {}): void {
    const meshed = hosts.find((host) => this.#meshes.has(host));
    if (meshed !== undefined) {
      throw new StandinRangeError(
        "LINK_EXISTS",
        `mesh: expected hosts that are in none, got ${meshed.name}`,
      );
    }
    const [first] = hosts;
    if (first === undefined) return;
    const mesh = linkSettings(options, first.profile.link);
    for (const [place, host] of hosts.entries()) this.#meshes.set(host, { mesh, place });
  }

  /** Whether there is a link between two hosts. */
  linked(a: Host | string, b: Host | string): boolean {
    const [one, other] = [this.#host(a), this.#host(b)];
    return this.#routes.get(one)?.has(other.name) === true || this.#inOneMesh(one, other);
  }

  /**
   * The link between two hosts.
   *
   * @throws StandinRangeError `NO_SUCH_LINK` if there is none.
   */
  link(a: Host | string, b: Host | string): Link {
    return this.#routeOrThrow(this.#host(a), typeof b === "string" ? b : b.name).link;
  }

  /**
   * Sends a datagram. A host that is off or paused sends nothing.
   *
   * @param bytes Copied; the caller keeps them.
   * @throws StandinRangeError `NO_SUCH_LINK` if the hosts are not connected.
   */
  send(from: Host, to: string, port: string, bytes: Uint8Array): void {
    this.transmit(from, to, port, bytes.slice());
  }

  /**
   * Sends a datagram without copying it. A host that is off or paused sends nothing.
   *
   * @param bytes Taken over: the caller must not use them any more.
   * @returns When the datagram has left the host; now if it was lost at once.
   * @throws StandinRangeError `NO_SUCH_LINK` if the hosts are not connected.
   */
  transmit(from: Host, to: string, port: string, bytes: Uint8Array): Nanoseconds {
    const { wire } = this.#routeOrThrow(from, to);
    return from.runs ? wire.send(port, bytes) : this.engine.now;
  }

  /** Cuts the link between two hosts, in both directions or only from `a` to `b`. */
  partition(a: Host | string, b: Host | string, options: DirectionOptions = {}): void {
    this.link(a, b).partition(options.oneWay === true ? a : undefined);
  }

  /** Mends the link between two hosts, in both directions or only from `a` to `b`. */
  heal(a: Host | string, b: Host | string, options: DirectionOptions = {}): void {
    this.link(a, b).heal(options.oneWay === true ? a : undefined);
  }

  /**
   * A number, from 1, for one end of a connection; never given twice, and always higher than before.
   *
   * @internal
   */
  nextConnection(): number {
    this.#connectionCount += 1;
    assert(this.#connectionCount <= 0xffff_ffff, "a connection's number fits 32 bits");
    return this.#connectionCount;
  }

  #host(host: Host | string): Host {
    if (typeof host === "string") return this.host(host);
    assert(this.#routes.has(host), "a host belongs to the network it is used with");
    return host;
  }

  #route(from: Host, to: string): Route | undefined {
    return this.#routes.get(from)?.get(to) ?? this.#meshRoute(from, to);
  }

  #inOneMesh(host: Host, other: Host): boolean {
    const mesh = this.#meshes.get(host)?.mesh;
    return host !== other && mesh !== undefined && mesh === this.#meshes.get(other)?.mesh;
  }

  /** The way between two hosts of one mesh, made now. */
  #meshRoute(from: Host, to: string): Route | undefined {
    const other = this.#hosts.get(to);
    if (other === undefined || !this.#inOneMesh(from, other)) return undefined;
    const [one, two] = [this.#meshes.get(from)!, this.#meshes.get(other)!];
    // The same link, whoever asks first.
    if (one.place < two.place) this.#makeLink(from, other, one.mesh);
    else this.#makeLink(other, from, one.mesh);
    return this.#routes.get(from)?.get(to);
  }

  #makeLink(from: Host, to: Host, settings: LinkSettings): Link {
    const link = new Link(this.engine, from, to, settings);
    this.#links.push(link);
    this.#routes.get(from)?.set(to.name, { link, wire: link.from(from) });
    this.#routes.get(to)?.set(from.name, { link, wire: link.from(to) });
    return link;
  }

  #routeOrThrow(from: Host, to: string): Route {
    const route = this.#route(from, to);
    if (route !== undefined) return route;
    throw new StandinRangeError(
      "NO_SUCH_LINK",
      `link: expected two connected hosts, got "${from.name}" and "${to}"`,
    );
  }
}

interface Route {
  readonly link: Link;
  readonly wire: Wire;
}
