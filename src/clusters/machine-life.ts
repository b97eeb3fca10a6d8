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
  /** How often another host came to serve it without its having been handed over. */
  failovers = 0;
  /** Of those after the death or standstill of the host that served: times from it until another one did. */
  readonly failoverNs: Nanoseconds[] = [];
  /** Times from the loss of a copy until there was another one. */
  readonly reprotectionNs: Nanoseconds[] = [];
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

  /** How long it was in one of these states until a time, and for how long at the most at one go. */
  spent(
    states: readonly MachineState[],
    untilNs: Nanoseconds,
  ): { totalNs: Nanoseconds; longestNs: Nanoseconds } {
    let [totalNs, longestNs, goNs] = [0, 0, 0];
    for (const [index, { atNs, state }] of this.changes.entries()) {
      if (!states.includes(state)) {
        goNs = 0;
        continue;
      }
      const lengthNs = (this.changes[index + 1]?.atNs ?? untilNs) - atNs;
      totalNs += lengthNs;
      goNs += lengthNs;
      longestNs = Math.max(longestNs, goNs);
    }
    return { totalNs, longestNs };
  }
}

/**
 * Follows the lives of all machines in the trace: who serves, whether a second copy is ready, and how long it
 * took to be so again. A machine counts as down while the host that serves it is off or keeps still, and from its
 * standstill to its stand-in's start when it is handed over; the short stops of checkpoints do not count. A host
 * that keeps still has lost nothing: when it goes on before another one serves, all is as before.
 */
export class MachineLives implements TraceSink {
  readonly #lives = new Map<string, MachineLife>();
  /** When a copy was lost, or the machine came to be without one, by machine. */
  readonly #lostAtNs = new Map<string, Nanoseconds>();
  /** When the host that served died or came to keep still, by machine. */
  readonly #stillSinceNs = new Map<string, Nanoseconds>();
  /** How a machine was when its host came to keep still. */
  readonly #before = new Map<string, MachineState>();
  /** Machines whose stand-in has taken what was handed over, and does not serve yet. */
  readonly #handedOver = new Set<string>();
  #lastFailureNs: Nanoseconds = 0;

  /** All machines, in the order in which they came. */
  get lives(): readonly MachineLife[] {
    return [...this.#lives.values()];
  }

  /** Ends the counting: what lasts counts up to now. */
  end(nowNs: Nanoseconds): void {
    for (const life of this.#lives.values()) this.#noteAlone(life, nowNs);
  }

  record(atNs: Nanoseconds, _position: number, traced: TraceRecord): void {
    const record = traced as StandinRecord;
    switch (record.kind) {
      case "host.crashed":
        this.#crashed(record.host, atNs);
        return;
      case "host.paused":
        this.#paused(record.host, atNs);
        return;
      case "host.resumed":
        this.#resumed(record.host, atNs);
        return;
      case "witness.registered": {
        const life = new MachineLife(record.machine);
        life.host = record.host;
        life.term = record.term;
        this.#lives.set(record.machine, life);
        this.#lostAtNs.set(record.machine, atNs);
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
          // What was acknowledged before its host died may still be under way.
          if (life.state !== "alone" || life.peer === undefined) return;
          if (life.host === record.host && life.term === record.term) this.#whole(life, atNs);
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
          this.#handedOver.add(life.name);
        });
        return;
      case "failover.serving":
        this.#with(record.machine, (life) => {
          const stillNs = this.#stillSinceNs.get(life.name);
          if (stillNs !== undefined) life.failoverNs.push(atNs - stillNs);
          // Handed over, unless the host that did so died meanwhile.
          if (!this.#handedOver.has(life.name) || stillNs !== undefined) life.failovers += 1;
          this.#serves(life, record.host, record.term, atNs);
        });
        return;
      default:
    }
  }

  #crashed(host: string, atNs: Nanoseconds): void {
    for (const life of this.#lives.values()) {
      if (life.host !== host && life.peer !== host) continue;
      if (!this.#lostAtNs.has(life.name)) this.#lostAtNs.set(life.name, atNs);
      if (life.host === host) {
        this.#still(life, atNs);
        this.#before.delete(life.name);
      } else {
        life.peer = undefined;
        if (life.state === "whole") this.#enter(life, atNs, "alone");
        if (this.#before.has(life.name)) this.#before.set(life.name, "alone");
      }
    }
    // Of those that it has nothing of, too: the one that was to become their second copy may have been there.
    for (const life of this.#lives.values()) this.#noteAlone(life, atNs);
    this.#lastFailureNs = atNs;
  }

  #paused(host: string, atNs: Nanoseconds): void {
    for (const life of this.#lives.values()) {
      this.#noteAlone(life, atNs);
      if (life.host !== host || life.state === "down") continue;
      this.#before.set(life.name, life.state);
      this.#still(life, atNs);
    }
    this.#lastFailureNs = atNs;
  }

  #resumed(host: string, atNs: Nanoseconds): void {
    for (const life of this.#lives.values()) {
      const before = this.#before.get(life.name);
      if (life.host !== host || before === undefined) continue;
      this.#before.delete(life.name);
      this.#stillSinceNs.delete(life.name);
      this.#enter(life, atNs, before);
    }
  }

  #still(life: MachineLife, atNs: Nanoseconds): void {
    if (!this.#stillSinceNs.has(life.name)) this.#stillSinceNs.set(life.name, atNs);
    this.#enter(life, atNs, "down");
  }

  /** A host serves the machine, without a secondary. */
  #serves(life: MachineLife, host: string, term: number, atNs: Nanoseconds): void {
    life.host = host;
    life.peer = undefined;
    life.term = term;
    this.#stillSinceNs.delete(life.name);
    this.#before.delete(life.name);
    this.#handedOver.delete(life.name);
    if (!this.#lostAtNs.has(life.name)) this.#lostAtNs.set(life.name, atNs);
    this.#enter(life, atNs, "alone");
  }

  #whole(life: MachineLife, atNs: Nanoseconds): void {
    const lostNs = this.#lostAtNs.get(life.name);
    // Its very first copy makes up for no loss.
    const wasWhole = life.changes.some(({ state }) => state === "whole");
    if (lostNs !== undefined && wasWhole) life.reprotectionNs.push(atNs - lostNs);
    this.#noteAlone(life, atNs);
    this.#lostAtNs.delete(life.name);
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

  #with(machine: string, act: (life: MachineLife) => void): void {
    const life = this.#lives.get(machine);
    if (life !== undefined) act(life);
  }
}
