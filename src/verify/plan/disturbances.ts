import { assert } from "../../sim/assert.ts";
import { ms, type Nanoseconds } from "../../sim/time.ts";

/** How long after its end something may still make a host suspect another: twice the usual time-out. */
export const SETTLE_NS: Nanoseconds = ms(200);

/** Most that is wrong at a time, or was within {@link SETTLE_NS}. */
const DISTURBANCES_MAX = 65_536;

interface Disturbance {
  readonly hosts: readonly string[];
  /** Infinity while it goes on. */
  untilNs: number;
}

/** What is wrong with hosts, or was until recently, and may still end a machine's protection. */
export class Disturbances {
  /** By what is wrong. */
  readonly #present: Map<string, Disturbance> = new Map();

  /** Something goes wrong with these hosts: with one, or with the way between two. */
  begin(what: string, hosts: readonly string[]): void {
    assert(this.#present.size < DISTURBANCES_MAX, "what is wrong at a time is bounded");
    this.#present.set(what, { hosts, untilNs: Number.POSITIVE_INFINITY });
  }

  /** It is over. Nothing happens if it never began. */
  end(what: string, atNs: Nanoseconds): void {
    const disturbance = this.#present.get(what);
    if (disturbance !== undefined) disturbance.untilNs = atNs + SETTLE_NS;
  }

  /** Whether something is wrong with, or between, some of these hosts and no others. */
  within(hosts: ReadonlySet<string>, nowNs: Nanoseconds): boolean {
    for (const [what, disturbance] of this.#present) {
      if (disturbance.untilNs <= nowNs) this.#present.delete(what);
      else if (disturbance.hosts.every((host) => hosts.has(host))) return true;
    }
    return false;
  }
}
