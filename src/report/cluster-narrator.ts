import type { Nanoseconds } from "../sim/time.ts";
import type { StandinRecord } from "../verify/standin-record.ts";
import { FailoverLog } from "./failover-log.ts";
import type { Journal, JournalEvent, Mark, Noun } from "./journal.ts";
import { countOf, formatShort } from "./quantity.ts";
import { shortName } from "./short-name.ts";

/** An event whose sentence ends with how many held packets left, or were lost, at its moment. */
interface Flush {
  readonly event: JournalEvent;
  readonly sentence: string;
  /** What becomes of one packet, and of several. */
  readonly fate: Noun;
  packets: number;
}

/** Puts in words who is suspected, who may serve and who serves. */
export class ClusterNarrator {
  readonly #journal: Journal;
  readonly #failovers = new FailoverLog();
  /** By machine. */
  readonly #flushes = new Map<string, Flush>();
  /** Who decides who serves, by machine; the witness unless it is here. */
  readonly #deciders = new Map<string, string>();
  /** Machines whose first reply after a failover is awaited. */
  readonly #awaited = new Set<string>();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Looks at one record. */
  record(atNs: Nanoseconds, record: StandinRecord): void {
    const failover = this.#failovers.record(atNs, record);
    const tell = (mark: Mark, text: string): JournalEvent => {
      return this.#journal.event(atNs, mark, text);
    };
    switch (record.kind) {
      case "protection.started": {
        const [host, other] = [shortName(record.host), shortName(record.secondary)];
        tell("·", `${host} runs ${shortName(record.machine)}; ${other} is to stand in for it`);
        break;
      }
      case "start.requested": {
        const [host, machine] = [shortName(record.host), shortName(record.machine)];
        tell("·", `${machine}, which runs on the bare host ${host}, is to be protected`);
        break;
      }
      case "start.entered": {
        const [pause, machine] = [formatShort(record.pauseNs), shortName(record.machine)];
        tell(
          "·",
          `${machine} goes on as the guest of a monitor, after it stood still for ${pause}`,
        );
        break;
      }
      case "start.mirrored":
        tell("✓", `${shortName(record.secondary)} has all of ${shortName(record.machine)}`);
        break;
      case "start.cancelled": {
        const [host, machine] = [shortName(record.host), shortName(record.machine)];
        tell("!", `${machine} runs on the bare host ${host} again: ${record.reason}`);
        break;
      }
      case "failure.suspected": {
        const silence = formatShort(record.silentNs);
        const [host, peer] = [shortName(record.host), shortName(record.peer)];
        const sign = record.hangs === true ? "its replication is silent" : "no sign of life";
        tell("?", `${host} suspects ${peer}: ${sign} for ${silence}`);
        break;
      }
      case "fence.installed":
        this.#deciders.set(record.machine, record.decider);
        break;
      case "term.requested": {
        const decider = this.#decider(record.machine);
        const wants = decider === undefined ? "wants to serve in" : `asks ${decider} for`;
        tell("·", `${shortName(record.host)} ${wants} term ${record.term}`);
        break;
      }
      case "witness.granted": {
        const decider = this.#decider(record.machine);
        tell("✓", `${decider} gives term ${record.term} to ${shortName(record.host)}`);
        break;
      }
      case "witness.refused": {
        const { term, held } = record;
        const host = shortName(record.host);
        const decider = this.#decider(record.machine);
        tell("✗", `${decider} refuses term ${term} to ${host}: term ${held} is given`);
        break;
      }
      case "power.ordered": {
        const [host, peer] = [shortName(record.host), shortName(record.peer)];
        tell("·", `${host} has the power of ${peer} cut, and waits for the confirmation`);
        break;
      }
      case "power.cut":
        tell("✗", `${shortName(record.host)} has no power any more, by order of ${record.by}`);
        break;
      case "power.confirmed":
        tell("✓", `${shortName(record.host)} knows that ${shortName(record.peer)} is off`);
        break;
      case "power.unconfirmed": {
        const [host, peer] = [shortName(record.host), shortName(record.peer)];
        tell("!", `nobody confirms to ${host} that ${peer} is off: the witness's word is enough`);
        break;
      }
      case "path.silent":
      case "path.heard": {
        const [host, peer] = [shortName(record.host), shortName(record.peer)];
        const hears = record.kind === "path.heard" ? "again" : "no more";
        tell("?", `${host} hears ${peer} ${hears} on the path "${record.path}"`);
        break;
      }
      case "protection.lost": {
        const [host, machine] = [shortName(record.host), shortName(record.machine)];
        const sentence = `${host} serves ${machine} alone, unprotected: ${record.reason}`;
        this.#flush(record.machine, tell("!", sentence), ["leaves", "leave"]);
        break;
      }
      case "handover.started": {
        const [host, other] = [shortName(record.host), shortName(record.secondary)];
        tell("·", `${host} is to hand ${shortName(record.machine)} over to ${other}`);
        break;
      }
      case "handover.received":
        tell("·", `${shortName(record.host)} is offered ${shortName(record.machine)}, at rest`);
        break;
      case "machine.removed":
        tell("·", `what was left of ${shortName(record.machine)} is off ${shortName(record.host)}`);
        break;
      case "machine.fenced": {
        const sentence = `${shortName(record.host)} is fenced and answers nobody any more`;
        this.#flush(record.machine, tell("✗", sentence), ["is lost", "are lost"]);
        break;
      }
      case "output.released":
        if (!record.protected) this.#packet(atNs, record.machine);
        break;
      case "output.discarded":
        this.#packet(atNs, record.machine);
        break;
      case "stand-by.abandoned":
        tell("!", `${shortName(record.host)} stands by no longer: ${record.reason}`);
        break;
      case "failover.started": {
        const [host, machine] = [shortName(record.host), shortName(record.machine)];
        tell("·", `${host} stands in for ${machine}, in the state of epoch ${record.epoch}`);
        break;
      }
      case "stand-by.mapped": {
        const [host, machine] = [shortName(record.host), shortName(record.machine)];
        tell("·", `${host} maps the memory of ${machine} read-only and stands by`);
        break;
      }
      case "secondary.lost": {
        const [host, secondary] = [shortName(record.host), shortName(record.secondary)];
        tell("!", `${host} hears that ${secondary} stands by no longer`);
        break;
      }
      case "access.given": {
        const [host, pool] = [shortName(record.host), shortName(record.pool)];
        tell("✓", `${pool} gives write access, and term ${record.term}, to ${host}`);
        break;
      }
      case "access.refused": {
        const [host, pool] = [shortName(record.host), shortName(record.pool)];
        tell("✗", `${pool} refuses ${host}, of term ${record.term}: term ${record.held} is given`);
        break;
      }
      case "lease.lapsed":
        tell("!", `${shortName(record.host)} stops: the pool has not answered in time`);
        break;
      case "lease.regained":
        tell("·", `${shortName(record.host)} goes on: nobody has taken over`);
        break;
      case "machine.lost": {
        const [pool, machine] = [shortName(record.pool), shortName(record.machine)];
        tell("✗", `${machine} is lost with ${pool}, which had its memory`);
        break;
      }
      case "failover.running":
        tell("·", `its machine runs already on ${shortName(record.host)}, and goes on as it is`);
        break;
      case "checkpoint.discarded": {
        const groups = countOf(record.groups, "group of pages", "groups of pages");
        const host = shortName(record.host);
        tell("·", `${host} throws away what it has of an unfinished checkpoint: ${groups}`);
        break;
      }
      case "failover.serving": {
        const cause = failover?.crashedAtNs ?? failover?.detectedAtNs ?? null;
        const after = cause === null ? "" : `, ${formatShort(atNs - cause)} after the failure`;
        tell("✓", `${shortName(record.host)} serves ${shortName(record.machine)}${after}`);
        this.#awaited.add(record.machine);
        break;
      }
      case "address.moved":
        if (!this.#awaited.has(record.address)) break;
        tell("·", `clients find ${shortName(record.address)} on ${shortName(record.host)} now`);
        break;
      case "request.acknowledged": {
        if (!this.#awaited.delete(record.machine)) break;
        const { number, latencyNs } = record;
        const client = shortName(record.client);
        tell(
          "✓",
          `first reply since: request ${number} of ${client}, after ${formatShort(latencyNs)}`,
        );
        break;
      }
      default:
        break;
    }
  }

  /** Who decides who serves a machine; undefined if nobody does. */
  #decider(machine: string): string | undefined {
    const host = this.#deciders.get(machine) ?? "witness";
    return host === "nobody" ? undefined : `the ${shortName(host)}`;
  }

  #flush(machine: string, event: JournalEvent, fate: Noun): void {
    this.#flushes.set(machine, { event, sentence: event.text, fate, packets: 0 });
  }

  #packet(atNs: Nanoseconds, machine: string): void {
    const flush = this.#flushes.get(machine);
    // What leaves later was not held.
    if (flush?.event.atNs !== atNs) return;
    flush.packets += 1;
    const [one, many] = flush.fate;
    const packets = countOf(flush.packets, `held packet ${one}`, `held packets ${many}`);
    flush.event.text = `${flush.sentence}; ${packets}`;
  }
}
