import { type BitsPerSecond, mbps } from "../../host/bandwidth.ts";
import { PAGE_SIZE } from "../../memory/page.ts";
import { StandinRangeError } from "../../sim/errors.ts";
import { expectWhole } from "../../sim/expect-whole.ts";
import type { Nanoseconds } from "../../sim/time.ts";

/** Settings of the rule by which the rate of each round is chosen. */
export interface RateOptions {
  /** Rate of the first round, and the least of any. Default 100 Mbit/s. */
  readonly minimum?: BitsPerSecond;
  /** Above it the machine is stopped, and the rest sent at it. Default 500 Mbit/s. */
  readonly maximum?: BitsPerSecond;
  /** So much faster than pages were written in the round before. Default 50 Mbit/s. */
  readonly increment?: BitsPerSecond;
  /** The machine is stopped when fewer bytes than these remain. Default 256 KiB. */
  readonly remainBytes?: number;
}

/** What a round has shown. */
export interface RoundSeen {
  /** Pages written while it lasted, each counted once. */
  readonly dirtied: number;
  readonly tookNs: Nanoseconds;
  /** Pages that are to be sent in the next one. */
  readonly left: number;
}

const BITS = 8;
const NS_PER_SECOND = 1_000_000_000;

/**
 * How fast to send while a machine runs: the first round at the minimum; each further one so much faster than
 * pages were written in the one before; an end when that would be more than the maximum, or little is left.
 *
 * Source: Clark et al., "Live Migration of Virtual Machines", NSDI'05, section 5.3 (dynamic rate-limiting).
 */
export class RateRule {
  readonly settings: Required<RateOptions>;

  /** @throws StandinRangeError `MIGRATION_OPTION`. */
  constructor(options: RateOptions = {}) {
    const { minimum = mbps(100), maximum = mbps(500), increment = mbps(50) } = options;
    const { remainBytes = 256 * 1024 } = options;
    expectWhole("MIGRATION_OPTION", "minimum", minimum, 1);
    expectWhole("MIGRATION_OPTION", "maximum", maximum, 1);
    expectWhole("MIGRATION_OPTION", "increment", increment, 0);
    expectWhole("MIGRATION_OPTION", "remainBytes", remainBytes, 0);
    if (maximum < minimum) {
      throw new StandinRangeError(
        "MIGRATION_OPTION",
        `maximum: expected at least the minimum of ${minimum} bit/s, got ${maximum}`,
      );
    }
    this.settings = { minimum, maximum, increment, remainBytes };
  }

  /** Rate of the next round; `undefined` if there is to be none: stop the machine and send the rest. */
  after(round: RoundSeen): BitsPerSecond | undefined {
    const { minimum, maximum, increment, remainBytes } = this.settings;
    if (round.left * PAGE_SIZE < remainBytes) return undefined;
    const rate = dirtyRate(round) + increment;
    return rate > maximum ? undefined : Math.max(minimum, rate);
  }
}

/** How fast pages were written in a round: whole bits per second. */
export function dirtyRate({
  dirtied,
  tookNs,
}: Pick<RoundSeen, "dirtied" | "tookNs">): BitsPerSecond {
  if (tookNs === 0) return 0;
  return Math.round((dirtied * PAGE_SIZE * BITS * NS_PER_SECOND) / tookNs);
}
