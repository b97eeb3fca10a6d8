import type { Nanoseconds } from "../sim/time.ts";
import type { StandinRecord } from "../verify/standin-record.ts";

interface Fault {
  readonly beganAtNs: Nanoseconds;
  endedAtNs: Nanoseconds;
}

/** Which hosts were dead, paused or cut off, and when. */
export class FaultHistory {
  /** By what failed: `"crash a"`, `"pause a"`, `"cut a > b"`. */
  readonly #faults = new Map<string, Fault[]>();

  /** Looks at one record. */
  record(atNs: Nanoseconds, record: StandinRecord): void {
    switch (record.kind) {
      case "host.crashed":
        this.#begin(`crash ${record.host}`, atNs);
        // Whatever stood still is gone now.
        this.#end(`pause ${record.host}`, atNs);
        break;
      case "host.restarted":
        this.#end(`crash ${record.host}`, atNs);
        break;
      case "host.paused":
        this.#begin(`pause ${record.host}`, atNs);
        break;
      case "host.resumed":
        this.#end(`pause ${record.host}`, atNs);
        break;
      case "link.partitioned":
        this.#begin(`cut ${record.from} > ${record.to}`, atNs);
        break;
      case "link.healed":
        this.#end(`cut ${record.from} > ${record.to}`, atNs);
        break;
      default:
        break;
    }
  }

  /**
   * Why `listener` heard nothing of `host` for a while: the beginning of the first crash or pause of
   * `host`, or cut of the way to `listener`, that lasted at any moment of that while.
   *
   * @returns `null` when there was none, as when a link merely lost everything.
   */
  causeOfSilence(
    host: string,
    listener: string,
    fromNs: Nanoseconds,
    toNs: Nanoseconds,
  ): Nanoseconds | null {
    let cause: Nanoseconds | null = null;
    for (const what of [`crash ${host}`, `pause ${host}`, `cut ${host} > ${listener}`]) {
      for (const { beganAtNs, endedAtNs } of this.#faults.get(what) ?? []) {
        const lasted = beganAtNs <= toNs && endedAtNs >= fromNs;
        if (lasted && (cause === null || beganAtNs < cause)) cause = beganAtNs;
      }
    }
    return cause;
  }

  #begin(what: string, atNs: Nanoseconds): void {
    const faults = this.#faults.get(what) ?? [];
    this.#faults.set(what, faults);
    if ((faults.at(-1)?.endedAtNs ?? 0) === Infinity) return;
    faults.push({ beganAtNs: atNs, endedAtNs: Infinity });
  }

  #end(what: string, atNs: Nanoseconds): void {
    const last = this.#faults.get(what)?.at(-1);
    if (last?.endedAtNs === Infinity) last.endedAtNs = atNs;
  }
}
