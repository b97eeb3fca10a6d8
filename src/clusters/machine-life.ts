import type { Nanoseconds } from "../sim/time.ts";
import type { TraceRecord, TraceSink } from "../sim/trace.ts";
import type { StandinRecord } from "../verify/standin-record.ts";

/**
 * How a machine is: `whole`, served with a second copy ready; `alone`, served without one; `down`, served by
 * nobody.
 */
export type MachineState = "whole" | "alone" | "down";

/** When a machine came to be how it is. */
export interface StateChange {
  readonly atNs: Nanoseconds;
  readonly state: MachineState;
}

/** What became of one machine. */
export class MachineLife {
  readonly name: string;
  readonly changes: StateChange[] = [];
  /** Times from the death of the host that served until another one did. */
  readonly failovers: Nanoseconds[] = [];
  /** Times from the loss of a copy until there was another one. */
  readonly reprotections: Nanoseconds[] = [];
  /** Longest time without a second copy in which no host failed. */
  quietAloneNs: Nanoseconds = 0;
  handovers = 0;
  host: string | undefined;
  peer: string | undefined;
  term = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** How it is now; `alone` before anything is known of it. */
  get state(): MachineState {
    return this.changes.at(-1)?.state ?? "alone";
  }

  /** Since when it is so. */
  get sinceNs(): Nanoseconds {
    return this.changes.at(-1)?.atNs ?? 0;
  }

  /** How long it was in a state until a time, and for how long at the most at one go. */
  spent(
    state: MachineState,
    untilNs: Nanoseconds,
  ): { totalNs: Nanoseconds; longestNs: Nanoseconds } {
    let [totalNs, longestNs] = [0, 0];
    for (const [index, change] of this.changes.entries()) {
      if (change.state !== state) continue;
      const lengthNs = (this.changes[index + 1]?.atNs ?? untilNs) - change.atNs;
      totalNs += lengthNs;
      longestNs = Math.max(longestNs, lengthNs);
    }
    return { totalNs, longestNs };
  }
}

/**
 * Follows the lives of all machines in the trace: who serves, whether a second copy is ready, and how long it
 * took to be so again. A machine counts as down while the host that serves it is off or keeps still, and from its
 * standstill to its stand-in's start when it is handed over; the short stops of checkpoints do not count.
 */
export class MachineLives implements TraceSink {
  readonly #lives = new Map<string, MachineLife>();
  /** When a copy was lost, by machine. */
  readonly #lostAtNs = new Map<string, Nanoseconds>();
  /** When the host that served died, by machine. */
  readonly #deadSinceNs = new Map<string, Nanoseconds>();
  #lastFailureNs: Nanoseconds = 0;

  /** All machines, in the order in which they came. */
  get lives(): readonly MachineLife[] {
    return [...this.#lives.values()];
  }

  /** Ends the counting: what lasts counts up to now. */
  end(nowNs: Nanoseconds): void {
    for (const life of this.#lives.values())
      if (life.state !== "whole") this.#noteAlone(life, nowNs);
  }

  record(atNs: Nanoseconds, _position: number, traced: TraceRecord): void {
    const record = traced as StandinRecord;
    switch (record.kind) {
      case "host.crashed":
      case "host.paused":
        this.#failed(record.host, atNs, record.kind === "host.crashed");
        return;
      case "host.resumed":
        for (const life of this.#servedBy(record.host)) this.#enter(life, atNs, "alone");
        return;
      case "witness.registered": {
        const life = new MachineLife(record.machine);
        life.host = record.host;
        life.term = record.term;
        this.#lives.set(record.machine, life);
        this.#enter(life, atNs, "alone");
        return;
      }
      case "protection.started":
        this.#with(record.machine, (life) => {
          life.host = record.host;
          life.peer = record.secondary;
          life.term = record.term;
        });
        return;
      case "checkpoint.acknowledged":
        this.#with(record.machine, (life) => {
          if (life.state === "whole" || record.term !== life.term) return;
          if (life.host === record.host) this.#whole(life, atNs);
        });
        return;
      case "protection.lost":
        this.#with(record.machine, (life) => this.#serves(life, record.host, record.term, atNs));
        return;
      case "handover.ready":
        this.#with(record.machine, (life) => this.#enter(life, atNs, "down"));
        return;
      case "handover.received":
        this.#with(record.machine, (life) => {
          life.handovers += 1;
        });
        return;
      case "failover.serving":
        this.#with(record.machine, (life) => {
          const deadNs = this.#deadSinceNs.get(life.name);
          if (deadNs !== undefined) life.failovers.push(atNs - deadNs);
          this.#serves(life, record.host, record.term, atNs);
        });
        return;
      default:
    }
  }

  #failed(host: string, atNs: Nanoseconds, isDead: boolean): void {
    for (const life of this.#lives.values()) {
      if (life.host !== host && life.peer !== host) continue;
      this.#noteAlone(life, atNs);
      if (!this.#lostAtNs.has(life.name)) this.#lostAtNs.set(life.name, atNs);
      if (life.host !== host) {
        if (isDead && life.state === "whole") this.#enter(life, atNs, "alone");
        continue;
      }
      if (!this.#deadSinceNs.has(life.name)) this.#deadSinceNs.set(life.name, atNs);
      this.#enter(life, atNs, "down");
    }
    this.#lastFailureNs = atNs;
  }

  /** A host serves the machine, without a secondary. */
  #serves(life: MachineLife, host: string, term: number, atNs: Nanoseconds): void {
    life.host = host;
    life.peer = undefined;
    life.term = term;
    this.#deadSinceNs.delete(life.name);
    if (!this.#lostAtNs.has(life.name)) this.#lostAtNs.set(life.name, atNs);
    this.#enter(life, atNs, "alone");
  }

  #whole(life: MachineLife, atNs: Nanoseconds): void {
    const lostNs = this.#lostAtNs.get(life.name);
    if (lostNs !== undefined) life.reprotections.push(atNs - lostNs);
    this.#noteAlone(life, atNs);
    this.#lostAtNs.delete(life.name);
    this.#deadSinceNs.delete(life.name);
    this.#enter(life, atNs, "whole");
  }

  /** How long it has been without a second copy since it lost it, or since a host last failed. */
  #noteAlone(life: MachineLife, atNs: Nanoseconds): void {
    const lostNs = this.#lostAtNs.get(life.name);
    if (lostNs === undefined) return;
    life.quietAloneNs = Math.max(life.quietAloneNs, atNs - Math.max(lostNs, this.#lastFailureNs));
  }

  #enter(life: MachineLife, atNs: Nanoseconds, state: MachineState): void {
    if (life.changes.length > 0 && life.state === state) return;
    life.changes.push({ atNs, state });
  }

  #servedBy(host: string): MachineLife[] {
    return this.lives.filter((life) => life.host === host && life.state === "down");
  }

  #with(machine: string, act: (life: MachineLife) => void): void {
    const life = this.#lives.get(machine);
    if (life !== undefined) act(life);
  }
}
