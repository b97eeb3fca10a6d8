import { assert } from "../sim/assert.ts";
import { Channel } from "../sim/channel.ts";
import type { Engine } from "../sim/engine.ts";
import { StandinRangeError } from "../sim/errors.ts";
import type { Host } from "./host.ts";
import { linkSettings } from "./link-options.ts";
import { type Delivery, Wire } from "./wire.ts";

/** Name of the switch between hosts and clients, in records. */
export const SWITCH_NAME = "client switch";

/** Packets from clients that wait for a machine; the newest is lost when it is full. */
export const REQUESTS_WAITING_MAX = 4_096;

/** Most addresses one host listens to. */
const ADDRESSES_MAX = 65_536;

/** What connects a host with the switch: a wire in each direction, and who listens at the host's end. */
export class ClientCable {
  readonly host: Host;
  /** From the host to the switch. */
  readonly up: Wire;
  /** From the switch to the host. */
  readonly down: Wire;
  /** Announcements that met a cut cable and are repeated when it is mended, by address. */
  readonly unheard: Map<string, number> = new Map();
  readonly #engine: Engine;
  readonly #inboxes: Map<string, Channel<Uint8Array>> = new Map();

  /** @param deliver Takes what the host sends, at the switch. */
  constructor(engine: Engine, host: Host, deliver: Delivery) {
    this.host = host;
    this.#engine = engine;
    const settings = linkSettings({}, host.profile.clientLink);
    this.up = new Wire({ engine, from: host.name, to: SWITCH_NAME, settings, deliver });
    this.down = new Wire({
      engine,
      from: SWITCH_NAME,
      to: host.name,
      settings,
      deliver: (address, bytes, isDamaged) => {
        if (host.power === "off") return "powered-off";
        if (isDamaged) return "damaged";
        const inbox = this.#inboxes.get(address);
        if (inbox === undefined) return "no-port";
        return inbox.send(bytes) ? undefined : "queue-full";
      },
    });
    host.onPowerLoss(() => {
      this.#inboxes.clear();
      this.unheard.clear();
      this.up.losePower();
    });
  }

  /**
   * Takes packets for an address. Connected to nothing on a host that is off.
   *
   * @throws StandinRangeError `ADDRESS_TAKEN` if the host listens to it already.
   */
  listen(address: string): Channel<Uint8Array> {
    const name = `${this.host.name}: requests to ${address}`;
    const inbox = new Channel<Uint8Array>(this.#engine, name, { capacity: REQUESTS_WAITING_MAX });
    if (this.host.power === "off") return inbox;
    if (this.#inboxes.has(address)) {
      throw new StandinRangeError(
        "ADDRESS_TAKEN",
        `listen: expected an address that ${this.host.name} does not listen to, got "${address}"`,
      );
    }
    assert(this.#inboxes.size < ADDRESSES_MAX, "the addresses of a host are bounded");
    this.#inboxes.set(address, inbox);
    return inbox;
  }

  /** Listens no more. */
  unlisten(address: string): void {
    this.#inboxes.delete(address);
  }
}
