import type { Nanoseconds } from "../sim/time.ts";
import type { StandinRecord } from "../verify/standin-record.ts";
import type { Journal, JournalEvent } from "./journal.ts";
import { countOf } from "./quantity.ts";
import { shortName } from "./short-name.ts";

/** Puts in words what clients and streams had to do twice, and the first copy of memory. */
export class TrafficNarrator {
  readonly #journal: Journal;
  /** First copies of memory, by machine and term. */
  readonly #copies = new Map<string, { readonly event: JournalEvent; pages: number }>();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Looks at one record. */
  record(atNs: Nanoseconds, record: StandinRecord): void {
    const journal = this.#journal;
    switch (record.kind) {
      case "synchronisation.round": {
        const { machine, term, round, pages } = record;
        const copy = this.#copy(atNs, `${term} ${machine}`);
        copy.pages += pages;
        const amount = `${countOf(copy.pages, "page")} in ${countOf(round, "round")}`;
        copy.event.text = `first copy of ${shortName(machine)}, while it runs: ${amount}`;
        break;
      }
      case "checkpoint.rejected": {
        const { host, machine, epoch, reason } = record;
        const refusal = `${shortName(host)} refuses epoch ${epoch} whole: ${reason}`;
        journal.small(atNs, {
          key: `refusal ${machine} ${epoch}`,
          mark: "!",
          noun: ["refusal", "refusals"],
          text: () => refusal,
        });
        break;
      }
      case "groups.missing": {
        const { host, machine, epoch, groups } = record;
        const missing = countOf(groups, "group of pages", "groups of pages");
        journal.small(atNs, {
          key: `missing ${machine} ${epoch}`,
          mark: "!",
          noun: ["request for what is missing", "requests for what is missing"],
          text: () => `${shortName(host)} asks again for ${missing} of epoch ${epoch}`,
        });
        break;
      }
      case "request.retried": {
        const client = shortName(record.client);
        journal.small(atNs, {
          key: `retry ${record.client}`,
          noun: ["request sent again", "requests sent again"],
          text: (many) => `${client} has waited long enough: ${many}`,
        });
        break;
      }
      case "reply.repeated": {
        const client = shortName(record.client);
        journal.small(atNs, {
          key: `repeat ${record.client}`,
          noun: ["reply heard twice", "replies heard twice"],
          text: (many) => `${client}: ${many}`,
        });
        break;
      }
      case "stream.retransmitted": {
        const [from, to] = [shortName(record.from), shortName(record.to)];
        journal.small(atNs, {
          key: `resending ${record.from} > ${record.to}`,
          noun: ["segment sent again", "segments sent again"],
          text: (many) => `${from} to ${to}: ${many}`,
        });
        break;
      }
      case "stream.rejected": {
        const { host, reason } = record;
        journal.small(atNs, {
          key: `damage ${host}`,
          noun: ["segment refused", "segments refused"],
          text: (many) => `${shortName(host)}: ${many} (${reason})`,
        });
        break;
      }
      default:
        break;
    }
  }

  #copy(atNs: Nanoseconds, key: string): { readonly event: JournalEvent; pages: number } {
    let copy = this.#copies.get(key);
    if (copy === undefined) {
      copy = { event: this.#journal.event(atNs, "·", ""), pages: 0 };
      this.#copies.set(key, copy);
    }
    return copy;
  }
}
