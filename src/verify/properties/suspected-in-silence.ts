import { heartbeatPort, stationOf } from "../../cluster/detection/heartbeat-path.ts";
import { SWITCH_NAME } from "../../host/client-cable.ts";
import { formatTime, type Nanoseconds } from "../../sim/time.ts";
import type { StandinRecord } from "../standin-record.ts";
import type { AlwaysProperty } from "./property.ts";

/** What the ports of all heartbeats begin with. */
const HEARTBEAT = heartbeatPort("");

/**
 * A silent peer is suspected, and no other: when a host suspects one, none of its heartbeats has arrived,
 * on whatever path, for at least half of the time that the host says it was silent. (Half, for clocks may
 * run fast.) Says nothing of a host that stood still in between, or of a suspicion by other signs.
 */
export function suspectedInSilence(): AlwaysProperty {
  return {
    type: "always",
    name: "suspected-in-silence",
    observer() {
      const watch = new Watch();
      return (record, atNs) => watch.observe(record, atNs);
    },
  };
}

class Watch {
  /** When a heartbeat last arrived, by machine, sender's path and receiver. */
  readonly #heardAtNs = new Map<string, Nanoseconds>();
  /** When a host last went on after it had stood still, or began. */
  readonly #resumedAtNs = new Map<string, Nanoseconds>();

  observe(record: StandinRecord, atNs: Nanoseconds): string | undefined {
    switch (record.kind) {
      case "link.delivered":
        if (record.port.startsWith(HEARTBEAT)) {
          this.#heardAtNs.set(`${record.from} > ${record.to}: ${record.port}`, atNs);
        }
        return undefined;
      case "host.paused":
      case "host.resumed":
      case "host.restarted":
        this.#resumedAtNs.set(record.host, atNs);
        return undefined;
      case "failure.suspected":
        return record.hangs === true ? undefined : this.#suspected(record, atNs);
      default:
        return undefined;
    }
  }

  #suspected(
    { machine, host, peer, silentNs }: StandinRecord & { kind: "failure.suspected" },
    atNs: Nanoseconds,
  ): string | undefined {
    const sinceNs = atNs - Math.floor(silentNs / 2);
    if ((this.#resumedAtNs.get(host) ?? -1) >= sinceNs) return undefined;
    const ways = [
      [peer, heartbeatPort(machine)],
      [SWITCH_NAME, stationOf(machine, host)],
    ];
    for (const [from, port] of ways) {
      const heardNs = this.#heardAtNs.get(`${from} > ${host}: ${port}`);
      if (heardNs === undefined || heardNs <= sinceNs) continue;
      const ago = formatTime(atNs - heardNs);
      return `${host} suspects ${peer}, whose heartbeat came from the ${from} ${ago} ago`;
    }
    return undefined;
  }
}
