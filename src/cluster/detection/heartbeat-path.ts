import type { ClientNetwork } from "../../host/client-network.ts";
import type { Host } from "../../host/host.ts";
import type { Network } from "../../host/network.ts";
import { assert } from "../../sim/assert.ts";
import type { Channel } from "../../sim/channel.ts";
import type { PathName } from "./detection-options.ts";

/** One way on which a host sends heartbeats to its peer, and hears those of its peer. */
export interface HeartbeatPath {
  readonly name: PathName;
  /** @param beat Copied; the caller keeps it. */
  send(beat: Uint8Array): void;
  /** Opens this host's end; what arrives comes out of the channel. */
  listen(): Channel<unknown>;
  /** Closes this host's end. */
  close(): void;
}

/** What a path lies between. */
export interface PathParties {
  readonly network: Network;
  /** The clients' network, for the path over its switch. */
  readonly clients?: ClientNetwork | undefined;
  readonly host: Host;
  /** Name of the host at the other end. */
  readonly peer: string;
  readonly machine: string;
}

/** The path of a name. */
export function heartbeatPath(name: PathName, parties: PathParties): HeartbeatPath {
  return name === "link" ? linkPath(parties) : switchPath(parties);
}

/** The cable between the two hosts. */
function linkPath({ network, host, peer, machine }: PathParties): HeartbeatPath {
  const port = heartbeatPort(machine);
  return {
    name: "link",
    send: (beat) => network.send(host, peer, port, beat),
    listen: () => host.open(port),
    close: () => host.close(port),
  };
}

/** The switch between hosts and clients: each host has an address of its own there. */
function switchPath({ clients, host, peer, machine }: PathParties): HeartbeatPath {
  assert(clients !== undefined, "a path over the clients' switch needs that switch");
  const own = stationOf(machine, host.name);
  return {
    name: "switch",
    send: (beat) => clients.sendToHost(host, stationOf(machine, peer), beat),
    listen: () => clients.listenAsHost(own, host),
    close: () => clients.unlisten(own, host),
  };
}

/** The port of a machine's heartbeats on the link. */
export function heartbeatPort(machine: string): string {
  return `heartbeat ${machine}`;
}

/** The address at which a host hears a machine's heartbeats over the switch. */
export function stationOf(machine: string, host: string): string {
  return `heartbeat ${machine} at ${host}`;
}
