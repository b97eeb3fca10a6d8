import { SWITCH_NAME } from "../../host/client-cable.ts";
import type { ClientNetwork } from "../../host/client-network.ts";
import type { Network } from "../../host/network.ts";
import type { Wire } from "../../host/wire.ts";
import type { Engine } from "../../sim/engine.ts";
import {
  type Fault,
  HELD_NS_DEFAULT,
  type HostFault,
  isLinkFault,
  type LinkFault,
} from "./fault.ts";
import { HostFaults } from "./host-faults.ts";
import { type PacketFault, WireFaults, type WireSwitch } from "./wire-faults.ts";

/** What faults are done to. */
export interface FaultParties {
  readonly engine: Engine;
  readonly network: Network;
  readonly clientNetwork: ClientNetwork;
}

/** Nothing is left to be ended. */
const NO_END = (): void => undefined;

/** Does what the faults of a plan say, with the operations that hosts and wires have themselves. */
export class FaultEffects {
  readonly #parties: FaultParties;
  readonly #hosts: Map<string, HostFaults> = new Map();
  readonly #wires: Map<Wire, WireFaults> = new Map();

  constructor(parties: FaultParties) {
    this.#parties = parties;
  }

  /**
   * Begins a fault.
   *
   * @param name Names its random streams; the same name draws the same for the same packets.
   * @returns Ends it. Does nothing for one that is over at once.
   */
  begin(fault: Fault, name: string): () => void {
    return isLinkFault(fault) ? this.#beginLink(fault, name) : this.#beginHost(fault);
  }

  #beginHost(fault: HostFault): () => void {
    const host = this.#parties.network.host(fault.host);
    const faults = this.#hostFaults(fault.host);
    switch (fault.kind) {
      case "crash":
        host.crash();
        return NO_END;
      case "restart":
        host.restart();
        return NO_END;
      case "pause":
        return faults.pause();
      case "slow":
        return faults.slow(fault.share);
      case "cable":
        return faults.cutCable();
      case "clock":
        if (fault.stepNs !== undefined) faults.step(fault.stepNs);
        return fault.driftPpm === undefined ? NO_END : faults.drift(fault.driftPpm);
    }
  }

  #beginLink(fault: LinkFault, name: string): () => void {
    const { from, to } = fault;
    const ends = [this.#beginWire(fault, from, to, name)];
    if (fault.oneWay !== true) ends.push(this.#beginWire(fault, to, from, name));
    return () => {
      for (const end of ends) end();
    };
  }

  #beginWire(fault: LinkFault, from: string, to: string, name: string): () => void {
    const faults = this.#wireFaults(from, to);
    switch (fault.kind) {
      case "partition":
        return faults.cut();
      case "delay":
        return faults.delay(fault.extraNs);
      case "bandwidth":
        return faults.slow(fault.bandwidthBitsPerSecond);
      default: {
        const stream = this.#parties.engine.random(`${name}, ${from} > ${to}`);
        return faults.hit({ stream, probability: fault.probability, verdict: verdictOf(fault) });
      }
    }
  }

  #hostFaults(name: string): HostFaults {
    let faults = this.#hosts.get(name);
    if (faults === undefined) {
      const { network, clientNetwork } = this.#parties;
      faults = new HostFaults(network.host(name), clientNetwork);
      this.#hosts.set(name, faults);
    }
    return faults;
  }

  #wireFaults(from: string, to: string): WireFaults {
    const { wire, breaker } = this.#wire(from, to);
    let faults = this.#wires.get(wire);
    if (faults === undefined) {
      faults = new WireFaults(wire, breaker);
      this.#wires.set(wire, faults);
    }
    return faults;
  }

  /** The wire from one end to the other, and what cuts it. */
  #wire(from: string, to: string): { readonly wire: Wire; readonly breaker: WireSwitch } {
    const { network, clientNetwork } = this.#parties;
    if (from === SWITCH_NAME || to === SWITCH_NAME) {
      const cable = clientNetwork.cable(network.host(from === SWITCH_NAME ? to : from));
      const wire = from === SWITCH_NAME ? cable.down : cable.up;
      return { wire, breaker: { cut: () => wire.cut(), mend: () => wire.mend() } };
    }
    const link = network.link(from, to);
    const breaker = { cut: () => link.partition(from), mend: () => link.heal(from) };
    return { wire: link.from(from), breaker };
  }
}

function verdictOf(
  fault: Extract<LinkFault, { readonly probability: number }>,
): PacketFault["verdict"] {
  switch (fault.kind) {
    case "loss":
      return "drop";
    case "duplicate":
      return "duplicate";
    case "corrupt":
      return "corrupt";
    case "reorder":
      return { heldNsMax: fault.heldNsMax ?? HELD_NS_DEFAULT };
  }
}
