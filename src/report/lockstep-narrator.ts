import type { Nanoseconds } from "../sim/time.ts";
import type { StandinRecord } from "../verify/standin-record.ts";
import type { Journal } from "./journal.ts";
import { countOf, formatShort } from "./quantity.ts";
import { shortName } from "./short-name.ts";

const PPM_PER_PERCENT = 10_000;

/** Puts in words what became of logs and of the machines that replay them. */
export class LockstepNarrator {
  readonly #journal: Journal;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Looks at one record. */
  record(atNs: Nanoseconds, record: StandinRecord): void {
    const journal = this.#journal;
    switch (record.kind) {
      case "log.full": {
        const { host, machine } = record;
        journal.small(atNs, {
          key: `full log ${machine}`,
          mark: "!",
          noun: ["stop for a full log", "stops for a full log"],
          text: (many) => `${shortName(machine)} on ${shortName(host)}: ${many}`,
        });
        break;
      }
      case "log.throttled": {
        const { machine, sharePpm, lagNs } = record;
        const share = Math.round(sharePpm / PPM_PER_PERCENT);
        journal.small(atNs, {
          key: `share ${machine}`,
          mark: "!",
          noun: ["change of its share for a lag", "changes of its share for a lag"],
          text: () =>
            `${shortName(machine)} gets ${share} % of its processor; its replay is ${formatShort(lagNs)} behind`,
        });
        break;
      }
      case "replay.diverged": {
        const { host, machine, position, reason } = record;
        const where = `${shortName(host)} replays ${shortName(machine)} otherwise`;
        journal.small(atNs, {
          key: `divergence ${machine} ${position}`,
          mark: "✗",
          noun: ["divergence", "divergences"],
          text: () => `${where} at entry ${position} (${reason})`,
        });
        break;
      }
      case "replay.finished": {
        const entries = countOf(record.entries, "entry", "entries");
        journal.event(atNs, "·", `${shortName(record.host)} has replayed ${entries} of the log`);
        break;
      }
      case "output.failed": {
        const machine = shortName(record.machine);
        journal.event(atNs, "!", `what ${machine} is about to send shows an error; it is held`);
        break;
      }
      case "shadow.paused": {
        const behind = countOf(record.errorPosition - record.position, "entry", "entries");
        const host = shortName(record.host);
        journal.event(atNs, "✓", `the shadow on ${host} stops ${behind} before the error`);
        break;
      }
      default:
        break;
    }
  }
}
