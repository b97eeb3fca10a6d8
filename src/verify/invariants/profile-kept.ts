import type { Invariant } from "../invariant.ts";
import type { StandinRecord } from "../standin-record.ts";

type Of<Kind extends StandinRecord["kind"]> = StandinRecord & { kind: Kind };

/** A duplicate that a host has agreed to take. */
interface Expected {
  readonly profile: string;
  readonly address: string;
}

/**
 * Duplicates are machines of their own: the transfer leaves the profile in a target's protected memory as it
 * was, what came of the rest is what the source was at the moment of the copy, at every target; a duplicate
 * goes by its profile before it runs, and no two machines answer to one address.
 */
export class ProfileKept implements Invariant {
  readonly name = "profile-kept";
  /** By operation and host. */
  readonly #expected = new Map<string, Expected>();
  /** What was copied, by operation. */
  readonly #copied = new Map<number, string>();
  /** Addresses of machines that were no duplicates when they began, and of duplicates that run. */
  readonly #owners = new Map<string, string>();
  /** The host of each duplicate that runs where it came to be, by address. */
  readonly #hosts = new Map<string, string>();

  observe(record: StandinRecord): string | undefined {
    switch (record.kind) {
      case "witness.registered":
        this.#owners.set(record.machine, "a machine that was there before");
        return undefined;
      case "duplication.accepted":
        this.#expected.set(`${record.operation} ${record.host}`, record);
        return undefined;
      case "duplication.copied":
        this.#copied.set(record.operation, record.digest);
        return undefined;
      case "duplication.received":
        return this.#received(record);
      case "duplication.configured":
        return this.#configured(record);
      case "duplication.serving":
        return this.#serves(record);
      case "failover.serving":
        this.#hosts.delete(record.machine);
        return undefined;
      case "host.crashed":
        this.#forget(record.host);
        return undefined;
      default:
        return undefined;
    }
  }

  #received({ machine, host, operation, profile, digest }: Of<"duplication.received">) {
    const before = this.#expected.get(`${operation} ${host}`)?.profile;
    if (before !== profile) {
      return `the profile in protected memory of ${host} was ${before ?? "unknown"} before ${machine} was copied to it, and is ${profile}`;
    }
    const copied = this.#copied.get(operation);
    if (copied === digest) return undefined;
    return `${host} has ${machine} with state ${digest}; what was copied was ${copied ?? "nothing"}`;
  }

  #configured({ machine, host, operation, address }: Of<"duplication.configured">) {
    const expected = this.#expected.get(`${operation} ${host}`)?.address;
    if (expected === address) return undefined;
    return `the duplicate of ${machine} on ${host} goes by ${address}; its profile says ${expected ?? "nothing"}`;
  }

  #serves({ machine, host, operation }: Of<"duplication.serving">): string | undefined {
    const owner = this.#owners.get(machine);
    this.#owners.set(machine, `the duplicate on ${host}`);
    this.#hosts.set(machine, host);
    const expected = this.#expected.get(`${operation} ${host}`)?.address;
    if (owner !== undefined)
      return `two machines answer to ${machine}: ${owner}, and that on ${host}`;
    if (expected === machine) return undefined;
    return `the duplicate on ${host} answers to ${machine}; its profile says ${expected ?? "nothing"}`;
  }

  /** What ran there and nowhere else answers no more: its address is free. */
  #forget(crashed: string): void {
    for (const [address, host] of this.#hosts) {
      if (host !== crashed) continue;
      this.#hosts.delete(address);
      this.#owners.delete(address);
    }
  }
}
