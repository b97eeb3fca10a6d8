import { Channel } from "../sim/channel.ts";
import type { Engine } from "../sim/engine.ts";
import { SWITCH_NAME } from "./client-cable.ts";
import type { LinkSettings } from "./link-options.ts";
import { type Delivery, Wire } from "./wire.ts";

/** Replies that wait for a client; the newest is lost when it is full. */
export const REPLIES_WAITING_MAX = 4_096;

/** What a client's end is made of. */
export interface ClientEndpointParts {
  readonly engine: Engine;
  readonly client: number;
  readonly name: string;
  /** Address of the machine that it talks with; `undefined` if with any. */
  readonly peer: string | undefined;
  readonly settings: LinkSettings;
  /** Takes what the client sends, at the switch. */
  readonly deliver: Delivery;
}

/** A client's connection with the switch: it sends to addresses and gets what is sent to its number. */
export class ClientEndpoint {
  /** The client's number, which its packets begin with. */
  readonly client: number;
  readonly name: string;
  /** Address of the machine that it talks with; `undefined` if with any. */
  readonly peer: string | undefined;
  /** What was sent to the client; the receiver owns the bytes. */
  readonly inbox: Channel<Uint8Array>;
  /** From the client to the switch. */
  readonly up: Wire;
  /** From the switch to the client. */
  readonly down: Wire;

  /** Made by `clientNetwork.endpoint`. */
  constructor({ engine, client, name, peer, settings, deliver }: ClientEndpointParts) {
    this.client = client;
    this.name = name;
    this.peer = peer;
    this.inbox = new Channel(engine, `${name}: replies`, { capacity: REPLIES_WAITING_MAX });
    this.up = new Wire({ engine, from: name, to: SWITCH_NAME, settings, deliver });
    this.down = new Wire({
      engine,
      from: SWITCH_NAME,
      to: name,
      settings,
      deliver: (_port, bytes, isDamaged) => {
        if (isDamaged) return "damaged";
        return this.inbox.send(bytes) ? undefined : "queue-full";
      },
    });
  }

  /**
   * Sends a packet to whichever host has the address when the packet reaches the switch.
   *
   * @param packet Copied; the caller keeps it.
   */
  send(address: string, packet: Uint8Array): void {
    this.up.send(address, packet.slice());
  }
}
