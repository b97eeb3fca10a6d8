import type { BitsPerSecond } from "../../host/bandwidth.ts";
import { expectWhole } from "../../sim/expect-whole.ts";

/** Most streams between two hosts. */
export const STREAMS_MAX = 16;

/** Most groups that are made and have not left the host. */
export const GROUPS_IN_FLIGHT_MAX = 256;

/** How a checkpoint's groups travel. */
export interface Transfer {
  /** What it is, with its settings, for reports. */
  readonly name: string;
  /** Most groups that have been begun and have not left the host: 1 makes and sends in turns. */
  readonly inFlight: number;
  /** Streams that share the groups, the first taking the commit record, too. */
  readonly streams: number;
  /** Upper bound of the rate, `Infinity` for that of the link. */
  readonly bitsPerSecond: BitsPerSecond;
  /**
   * Whether a table of contents precedes the commit record, so that groups may come in any order and
   * only those that are missing are sent again.
   */
  readonly contents: boolean;
}

/** Settings of {@link groups}. */
export interface GroupsOptions {
  /** 1 to 256. Default 1: a group is made when the one before has left. */
  readonly inFlight?: number;
  /** 1 to 16, at most `inFlight`. Default 1. */
  readonly streams?: number;
  /** Upper bound of the rate. Default: none but the link's. */
  readonly bitsPerSecond?: BitsPerSecond;
}

/**
 * Numbered groups, a commit record that says how many there are; all are sent again if one is harmed.
 * With two or more in flight the next group is made while one is on the wire; QEMU's multifd shares
 * them among several streams.
 *
 * @throws StandinRangeError `TRANSFER_OPTION`.
 */
export function groups(options: GroupsOptions = {}): Transfer {
  return transfer("groups", options, false);
}

/**
 * Packets in any order, a table of contents that names them, then the interrupt to commit. What the
 * secondary misses it names, and only that is sent again.
 *
 * Source: US9251002.
 *
 * @throws StandinRangeError `TRANSFER_OPTION`.
 */
export function packets(options: GroupsOptions = {}): Transfer {
  return transfer("packets with a table of contents", options, true);
}

function transfer(kind: string, options: GroupsOptions, contents: boolean): Transfer {
  const { inFlight = 1, streams = 1, bitsPerSecond = Number.POSITIVE_INFINITY } = options;
  expectWhole("TRANSFER_OPTION", "inFlight", inFlight, 1, GROUPS_IN_FLIGHT_MAX);
  expectWhole("TRANSFER_OPTION", "streams", streams, 1, Math.min(STREAMS_MAX, inFlight));
  if (bitsPerSecond !== Number.POSITIVE_INFINITY) {
    expectWhole("TRANSFER_OPTION", "bitsPerSecond", bitsPerSecond, 1);
  }
  const limit = Number.isFinite(bitsPerSecond) ? `, at most ${bitsPerSecond} bit/s` : "";
  const name = `${kind}, ${inFlight} in flight, ${streams} ${streams === 1 ? "stream" : "streams"}${limit}`;
  return { name, inFlight, streams, bitsPerSecond, contents };
}
