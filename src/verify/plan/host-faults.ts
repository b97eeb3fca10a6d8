import type { ClientNetwork } from "../../host/client-network.ts";
import type { Host } from "../../host/host.ts";
import { DRIFT_PPM_MAX, DRIFT_PPM_MIN } from "../../host/host-clock.ts";
import { any, least, Overlay, sum } from "./overlay.ts";

const PPM = 1_000_000;

/** What faults of a plan do to one host. Those that last lie over each other. */
export class HostFaults {
  readonly #host: Host;
  readonly #shares: Overlay;
  readonly #drifts: Overlay;
  readonly #cables: Overlay;
  #pauses: Overlay | undefined;
  #pausesOf = 0;

  constructor(host: Host, clientNetwork: ClientNetwork) {
    this.#host = host;
    this.#shares = new Overlay({
      read: () => host.processorSharePpm / PPM,
      write: (share) => host.setProcessorShare(share),
      combine: least,
    });
    this.#drifts = new Overlay({
      read: () => host.clock.drift,
      write: (driftPpm) => host.clock.setDrift(driftPpm),
      combine: (drift, faults) =>
        Math.min(Math.max(sum(drift, faults), DRIFT_PPM_MIN), DRIFT_PPM_MAX),
    });
    this.#cables = new Overlay({
      read: () => {
        const { up, down } = clientNetwork.cable(host);
        return up.isCut && down.isCut ? 1 : 0;
      },
      write: (isCut) => {
        if (isCut === 1) clientNetwork.cutCable(host);
        else clientNetwork.mendCable(host);
      },
      combine: any,
    });
  }

  /** Makes it keep still. @returns Lets it go on. */
  pause(): () => void {
    // A pause ends with the host's power: one that began before a restart is no pause of the new start.
    const { incarnation } = this.#host;
    if (this.#pauses === undefined || this.#pausesOf !== incarnation) {
      this.#pausesOf = incarnation;
      this.#pauses = this.#pausesIn(incarnation);
    }
    return this.#pauses.add(1);
  }

  /** Leaves it a part of its processor. @returns Gives the rest back. */
  slow(share: number): () => void {
    return this.#shares.add(share);
  }

  /** Makes its clock jump. */
  step(stepNs: number): void {
    const { clock } = this.#host;
    clock.setOffset(clock.offset + stepNs);
  }

  /** Makes its clock go wrong. @returns Makes it go right again; it does not catch up. */
  drift(driftPpm: number): () => void {
    return this.#drifts.add(driftPpm);
  }

  /** Cuts it off from the clients. @returns Mends the cable. */
  cutCable(): () => void {
    return this.#cables.add(1);
  }

  #pausesIn(incarnation: number): Overlay {
    const host = this.#host;
    return new Overlay({
      read: () => (host.paused ? 1 : 0),
      write: (isPaused) => {
        if (host.incarnation !== incarnation) return;
        if (isPaused === 1) host.pause();
        else host.resume();
      },
      combine: any,
    });
  }
}
