import { assert } from "../sim/assert.ts";
import type { Channel } from "../sim/channel.ts";
import type { Engine } from "../sim/engine.ts";
import { StandinRangeError } from "../sim/errors.ts";
import { ClientCable } from "./client-cable.ts";
import { ClientEndpoint } from "./client-endpoint.ts";
import type { HardwareProfile } from "./hardware-profile.ts";
import type { Host } from "./host.ts";
import { type LinkOptions, linkSettings } from "./link-options.ts";
import { modern } from "./profiles/modern.ts";
import type { DropReason, HostRecord } from "./records.ts";

/** Most clients of one network. */
const CLIENTS_MAX = 1_048_576;

const U32_MAX = 0xffff_ffff;

/** How a client is connected. */
export interface ClientEndpointOptions {
  /** Default: `client` and its number. */
  readonly name?: string;
  /** Both directions between client and switch. Defaults come from the profile. */
  readonly link?: LinkOptions;
  /**
   * Address of the machine that it talks with: packets from others are none of its connection and are
   * dropped. Default: it takes packets of all.
   */
  readonly peer?: string;
}

/** Who has an address, and which announcement said so. */
interface Holding {
  readonly host: Host;
  readonly order: number;
}

/**
 * Clients, hosts and the switch between them. Machines have addresses, and an address is at one host at
 * a time, as far as the switch knows; it moves when another host announces it.
 *
 * ```
 * client --up--> switch --down--> host     to an address: to the host that has it now
 * client <-down- switch <--up---- host     to a client: from any host, whether it has the address or not
 * host   <-down- switch <--up---- host     from a host to another one, at an address of that host's own
 * ```
 *
 * Packets carry check sums, as those of UDP do: a damaged one is lost where it arrives.
 *
 * The switch fences nobody: a host that was superseded and does not know it reaches clients as long as
 * its cable is whole.
 */
export class ClientNetwork {
  readonly #engine: Engine;
  readonly #profile: HardwareProfile;
  readonly #endpoints: Map<number, ClientEndpoint> = new Map();
  readonly #cables: Map<Host, ClientCable> = new Map();
  readonly #holdings: Map<string, Holding> = new Map();
  /** Addresses of hosts themselves, which never move. */
  readonly #stations: Map<string, Host> = new Map();
  #announcementCount = 0;

  /** @param profile Where the clients' cables get their defaults; those of hosts from their own. */
  constructor(engine: Engine, profile: HardwareProfile = modern) {
    this.#engine = engine;
    this.#profile = profile;
  }

  /**
   * Connects a client.
   *
   * @param client Its number, with which the packets from and to it begin.
   * @throws StandinRangeError `CLIENT_NUMBER` if it is taken or does not fit 32 bits, `LINK_OPTION` or
   *   `BANDWIDTH` for an option out of range.
   */
  endpoint(client: number, options: ClientEndpointOptions = {}): ClientEndpoint {
    const isNumber = Number.isInteger(client) && client >= 0 && client <= U32_MAX;
    if (!isNumber || this.#endpoints.has(client)) {
      throw new StandinRangeError(
        "CLIENT_NUMBER",
        `client: expected a number from 0 to ${U32_MAX} that is not taken, got ${client}`,
      );
    }
    assert(this.#endpoints.size < CLIENTS_MAX, "the clients of a network are bounded");
    this.#checkStation(options.name ?? `client ${client}`, "endpoint");
    const endpoint = new ClientEndpoint({
      engine: this.#engine,
      client,
      name: options.name ?? `client ${client}`,
      peer: options.peer,
      settings: linkSettings(options.link ?? {}, this.#profile.clientLink),
      deliver: (address, bytes, isDamaged) =>
        isDamaged ? "damaged" : this.#toHost(address, bytes),
    });
    this.#endpoints.set(client, endpoint);
    return endpoint;
  }

  /** The host that has an address as far as the switch knows. */
  holder(address: string): Host | undefined {
    return this.#holdings.get(address)?.host;
  }

  /** Gives an address to a host at once: configuration, made before anything can fail. */
  attach(address: string, host: Host): void {
    this.#announcementCount += 1;
    this.#move(address, { host, order: this.#announcementCount });
  }

  /**
   * A host claims an address. The switch learns it after the profile's `announceNs`; if the cable is cut
   * then, when it is mended (as drivers announce again when a link comes up), unless somebody else
   * has claimed it later. A host that is off or paused announces nothing, and one that crashes before
   * the switch has learnt it was not heard.
   */
  announce(address: string, host: Host): void {
    if (!host.runs) return;
    this.#announcementCount += 1;
    const holding = { host, order: this.#announcementCount };
    const { incarnation } = host;
    this.#engine.schedule(host.profile.announceNs, () => {
      if (host.power === "off" || host.incarnation !== incarnation) return;
      const { up, unheard } = this.cable(host);
      if (up.isCut) unheard.set(address, holding.order);
      else this.#move(address, holding);
    });
  }

  /**
   * What clients send to an address, as far as it arrives at this host. When the channel is full the
   * newest packet is lost. It is closed by a crash of the host.
   *
   * @returns Packets; the receiver owns their bytes.
   * @throws StandinRangeError `ADDRESS_TAKEN` if the host listens to the address already.
   */
  listen(address: string, host: Host): Channel<Uint8Array> {
    return this.cable(host).listen(address);
  }

  /** The host listens to an address no more. Nothing happens if it does not. */
  unlisten(address: string, host: Host): void {
    this.cable(host).unlisten(address);
  }

  /**
   * What other hosts send to a host over the switch, at an address of the host's own, as far as it
   * arrives. The channel is like that of {@link ClientNetwork.listen}.
   *
   * @throws StandinRangeError `ADDRESS_TAKEN` if the host listens to the address already, or the address
   *   is another host's, or the name of a client.
   */
  listenAsHost(address: string, host: Host): Channel<Uint8Array> {
    for (const { name } of this.#endpoints.values()) {
      if (name === address) refuseAddress("listenAsHost", address);
    }
    const station = this.#stations.get(address);
    if (station !== undefined && station !== host) refuseAddress("listenAsHost", address);
    this.#stations.set(address, host);
    return this.cable(host).listen(address);
  }

  /**
   * Sends from one host to another over the switch. A host that is off or paused sends nothing, and what
   * is for an address that no host has ever had is lost.
   *
   * @param bytes Copied; the caller keeps them.
   */
  sendToHost(from: Host, address: string, bytes: Uint8Array): void {
    if (from.runs) this.cable(from).up.send(address, bytes.slice());
  }

  /**
   * Sends a packet from a host to a client. A host that is off or paused sends nothing.
   *
   * @param packet Begins with the client's number, 4 bytes, little endian (see `encodePacket`). Copied;
   *   the caller keeps it.
   * @param from Address of the machine that sends it. Default: whoever the client talks with.
   */
  reply(host: Host, packet: Uint8Array, from?: string): void {
    if (!host.runs) return;
    const client = clientOf(packet);
    const endpoint = this.#endpoints.get(client);
    // What a duplicate still has to say to its source's clients comes from another address.
    if (from !== undefined && (endpoint?.peer ?? from) !== from) {
      this.#record({ kind: "reply.foreign", host: host.name, address: from, client });
      return;
    }
    this.cable(host).up.send(endpoint?.name ?? "nobody", packet.slice());
  }

  /** Cuts what connects a host with the switch. Nothing happens if it is cut. */
  cutCable(host: Host): void {
    const { up, down } = this.cable(host);
    if (up.isCut && down.isCut) return;
    up.cut();
    down.cut();
    this.#record({ kind: "cable.cut", host: host.name });
  }

  /** Mends what connects a host with the switch. Nothing happens if it is whole. */
  mendCable(host: Host): void {
    const { up, down, unheard } = this.cable(host);
    if (!up.isCut && !down.isCut) return;
    up.mend();
    down.mend();
    this.#record({ kind: "cable.mended", host: host.name });
    for (const [address, order] of unheard) this.#move(address, { host, order });
    unheard.clear();
  }

  /** What connects a host with the switch: for rules and changes of its wires. */
  cable(host: Host): ClientCable {
    let cable = this.#cables.get(host);
    if (cable === undefined) {
      cable = new ClientCable(this.#engine, host, (port, bytes, isDamaged) => {
        if (isDamaged) return "damaged";
        const station = this.#stations.get(port);
        if (station === undefined) return this.#toClient(bytes);
        this.cable(station).down.send(port, bytes);
        return undefined;
      });
      this.#cables.set(host, cable);
    }
    return cable;
  }

  #toHost(address: string, bytes: Uint8Array): DropReason | undefined {
    const host = this.holder(address);
    if (host === undefined) return "no-port";
    this.cable(host).down.send(address, bytes);
    return undefined;
  }

  #toClient(bytes: Uint8Array): DropReason | undefined {
    const endpoint = this.#endpoints.get(clientOf(bytes));
    if (endpoint === undefined) return "no-port";
    endpoint.down.send(endpoint.name, bytes);
    return undefined;
  }

  /** Frames are told apart by whom they are for: a client has no name that is a host's address. */
  #checkStation(name: string, where: string): void {
    if (this.#stations.has(name)) refuseAddress(where, name);
  }

  #move(address: string, holding: Holding): void {
    // An announcement that was overtaken by a later one changes nothing.
    if ((this.#holdings.get(address)?.order ?? 0) > holding.order) return;
    this.#holdings.set(address, holding);
    this.#record({ kind: "address.moved", address, host: holding.host.name });
  }

  #record(record: HostRecord): void {
    this.#engine.trace.emit<HostRecord>(record);
  }
}

function refuseAddress(where: string, address: string): never {
  throw new StandinRangeError(
    "ADDRESS_TAKEN",
    `${where}: expected an address that nobody else has, got "${address}"`,
  );
}

/** The client's number at the beginning of a packet; -1 if it is too short to have one. */
function clientOf(packet: Uint8Array): number {
  if (packet.length < 4) return -1;
  return new DataView(packet.buffer, packet.byteOffset, 4).getUint32(0, true);
}
