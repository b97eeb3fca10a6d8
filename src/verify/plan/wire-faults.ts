import { transmissionNs } from "../../host/bandwidth.ts";
import type { LinkRule, LinkVerdict, PacketView } from "../../host/link-rule.ts";
import { FRAME_BYTES_MIN, type Wire } from "../../host/wire.ts";
import type { RandomStream } from "../../sim/random.ts";
import type { Nanoseconds } from "../../sim/time.ts";
import { any, least, Overlay, sum } from "./overlay.ts";

/** Cuts and mends a wire. */
export interface WireSwitch {
  readonly cut: () => void;
  readonly mend: () => void;
}

/** How a fault hits packets. */
export interface PacketFault {
  /** Names the fault among all; what it draws depends on the name and the packets alone. */
  readonly stream: RandomStream;
  /** From 0 to 1. */
  readonly probability: number;
  /** What becomes of a packet that is hit. */
  readonly verdict: "drop" | "duplicate" | "corrupt" | { readonly heldNsMax: Nanoseconds };
}

/**
 * What faults of a plan do to one wire. Cuts, delays and bandwidths lie over each other; what hits
 * single packets is one rule of the wire, in which every fault looks at every packet, whatever the
 * others decide, and the first one's verdict wins. So one fault more or less changes no draw of
 * another.
 */
export class WireFaults {
  readonly #wire: Wire;
  readonly #cuts: Overlay;
  readonly #delays: Overlay;
  readonly #bandwidths: Overlay;
  #packetFaults: readonly PacketFault[] = [];
  #removeRule: (() => void) | undefined;

  constructor(wire: Wire, { cut, mend }: WireSwitch) {
    this.#wire = wire;
    this.#cuts = new Overlay({
      read: () => (wire.isCut ? 1 : 0),
      write: (isCut) => (isCut === 1 ? cut() : mend()),
      combine: any,
    });
    this.#delays = new Overlay({
      read: () => wire.settings.latency,
      write: (latency) => wire.change({ latency }),
      combine: sum,
    });
    this.#bandwidths = new Overlay({
      read: () => wire.settings.bandwidth,
      write: (bandwidth) => wire.change({ bandwidth }),
      combine: least,
    });
  }

  /** Cuts the wire. @returns Ends the cut. */
  cut(): () => void {
    return this.#cuts.add(1);
  }

  /** Delays packets, which stay in order. @returns Ends the delay, for packets sent from then on. */
  delay(extraNs: Nanoseconds): () => void {
    return this.#delays.add(extraNs);
  }

  /** Bounds the bandwidth. @returns Ends it, for packets sent from then on. */
  slow(bitsPerSecond: number): () => void {
    return this.#bandwidths.add(bitsPerSecond);
  }

  /** Hits single packets. @returns Ends it. */
  hit(fault: PacketFault): () => void {
    const entry = { ...fault };
    this.#packetFaults = [...this.#packetFaults, entry];
    this.#removeRule ??= this.#wire.addRule(this.#rule);
    return () => {
      this.#packetFaults = this.#packetFaults.filter((each) => each !== entry);
      if (this.#packetFaults.length > 0) return;
      this.#removeRule?.();
      this.#removeRule = undefined;
    };
  }

  readonly #rule: LinkRule = (packet) => {
    let verdict: LinkVerdict = "pass";
    for (const fault of this.#packetFaults) {
      const own = this.#judge(fault, packet);
      if (verdict === "pass") verdict = own;
    }
    return verdict;
  };

  #judge({ stream, probability, verdict }: PacketFault, packet: PacketView): LinkVerdict {
    const isHit = stream.chance(probability);
    if (typeof verdict !== "object") return isHit ? verdict : "pass";
    // Drawn for every packet: the draws for the next one do not depend on this one's luck.
    const heldNs = stream.between(1, verdict.heldNsMax);
    if (!isHit) return "pass";
    const { latency, bandwidth } = this.#wire.settings;
    const sizeBytes = Math.max(packet.bytes, FRAME_BYTES_MIN);
    return { deliverAfterNs: transmissionNs(sizeBytes, bandwidth) + latency + heldNs };
  }
}
