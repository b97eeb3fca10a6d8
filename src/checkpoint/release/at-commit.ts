import { decodePacket } from "../../guest/packet.ts";
import { expectWhole } from "../../sim/expect-whole.ts";
import { formatTime, ms, type Nanoseconds } from "../../sim/time.ts";
import type { GateRule } from "./gate-rule.ts";
import { expectNoConsole } from "./gate-rules.ts";
import type { Release } from "./release.ts";

/** Settings of {@link atCommit}. */
export interface AtCommitOptions {
  /** The first rule that a packet matches decides; what matches none is held. Default none. */
  readonly rules?: readonly GateRule[];
  /**
   * Longest time, on the host's clock, that deferred packets wait before they ask for a checkpoint,
   * counted from the first of them; at least 1 ns. Default 10 ms.
   */
  readonly mostDelayNs?: Nanoseconds;
}

/**
 * Output leaves when its epoch is committed at the secondary (output commit; Remus, NSDI'08, section
 * 3.4), except for what rules say.
 *
 * A deferred packet asks for no checkpoint by itself, so it is delayed more: by at most `mostDelayNs`
 * and then one checkpoint, under a trigger that listens to held output, such as `heldOutput`, whose
 * own least time is over. If a checkpoint is under way that lacks it, that one is finished first.
 *
 * Source: US9760442, frames that may be deferred, up to a limit of the delay that is added; US9924001,
 * frames that bypass the buffer.
 *
 * @throws StandinRangeError `RELEASE_OPTION` for a delay out of range, `GATE_RULE` for a rule by which
 *   a console's packets would bypass.
 */
export function atCommit({ rules = [], mostDelayNs = ms(10) }: AtCommitOptions = {}): Release {
  expectWhole("RELEASE_OPTION", "mostDelayNs", mostDelayNs, 1);
  for (const rule of rules) expectNoConsole(rule);
  const bypassing = rules.filter(({ verdict }) => verdict === "bypass");
  const names = rules.map(({ name }) => name).join("; ");
  return {
    name: rules.length === 0 ? "at commit" : `at commit; ${names}; ${formatTime(mostDelayNs)}`,
    mostDelayNs,
    bypassClients: new Set(bypassing.flatMap(({ clients }) => [...clients])),
    classify(packet) {
      if (rules.length === 0) return "hold";
      const client = decodePacket(packet)?.client;
      if (client === undefined) return "hold";
      const first = rules.find((rule) => rule.clients.has(client) && rule.matches(packet));
      return first?.verdict ?? "hold";
    },
  };
}
