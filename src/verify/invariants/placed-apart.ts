import type { Invariant } from "../invariant.ts";
import type { StandinRecord } from "../standin-record.ts";

/** A host under a coordinator, and the parts of machines that are known to be on it. */
interface PlacedHost {
  readonly domain: string;
  readonly memoryBytes: number;
  /** Memory of parts, by machine. */
  readonly parts: Map<string, number>;
}

/**
 * Placed apart: the two copies of a machine never lie where one failure takes both, and no host has more
 * parts of machines than it has memory for. Of hosts under a coordinator.
 */
export class PlacedApart implements Invariant {
  readonly name = "placed-apart";
  readonly #hosts = new Map<string, PlacedHost>();

  observe(record: StandinRecord): string | undefined {
    switch (record.kind) {
      case "coordinator.host": {
        const { host, domain, memoryBytes } = record;
        this.#hosts.set(host, { domain, memoryBytes, parts: new Map() });
        return undefined;
      }
      case "machine.placed":
      case "stand-by.booted":
        return this.#booted(record);
      case "machine.removed":
        this.#hosts.get(record.host)?.parts.delete(record.machine);
        return undefined;
      case "host.crashed":
        this.#hosts.get(record.host)?.parts.clear();
        return undefined;
      case "protection.started":
        return this.#protects(record);
      default:
        return undefined;
    }
  }

  #booted({ machine, host, memoryBytes }: Booted): string | undefined {
    const placed = this.#hosts.get(host);
    if (placed === undefined) return undefined;
    placed.parts.set(machine, memoryBytes);
    const usedBytes = [...placed.parts.values()].reduce((sum, bytes) => sum + bytes, 0);
    if (usedBytes <= placed.memoryBytes) return undefined;
    return `${host} has parts of ${usedBytes} B with ${machine}, and memory for ${placed.memoryBytes} B`;
  }

  #protects({ machine, host, secondary }: Protects): string | undefined {
    const [one, other] = [this.#hosts.get(host), this.#hosts.get(secondary)];
    if (one === undefined || other === undefined || one.domain !== other.domain) return undefined;
    return `both copies of ${machine} are in ${one.domain}, on ${host} and ${secondary}`;
  }
}

type Booted = Extract<StandinRecord, { kind: "machine.placed" | "stand-by.booted" }>;
type Protects = Extract<StandinRecord, { kind: "protection.started" }>;
