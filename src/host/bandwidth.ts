import { StandinRangeError } from "../sim/errors.ts";
import type { Nanoseconds } from "../sim/time.ts";

/** A speed: a whole number of bits per second, at most {@link BANDWIDTH_MAX}. */
export type BitsPerSecond = number;

/** Fastest link that can be described, 10 Tbit/s: far above any link, far below 2^53. */
export const BANDWIDTH_MAX: BitsPerSecond = 10_000_000_000_000;

/** Most bytes computed in one piece: their bits times nanoseconds per second still fit 2^53. */
const TRANSMISSION_BYTES_MAX = 1_000_000;

const BITS_PER_BYTE = 8;
const NS_PER_SECOND = 1_000_000_000;

/**
 * Gigabits per second. Fractions are fine as long as a whole number of bits comes out.
 *
 * @throws StandinRangeError `BANDWIDTH` if not a positive whole number of bits per second.
 */
export function gbps(count: number): BitsPerSecond {
  return bandwidth(count, 1_000_000_000, "gbps");
}

/**
 * Megabits per second. Fractions are fine as long as a whole number of bits comes out.
 *
 * @throws StandinRangeError `BANDWIDTH` if not a positive whole number of bits per second.
 */
export function mbps(count: number): BitsPerSecond {
  return bandwidth(count, 1_000_000, "mbps");
}

/**
 * How long a wire is busy with so many bytes, rounded up to whole nanoseconds.
 *
 * @throws StandinRangeError `BANDWIDTH` if the bandwidth is not a positive whole number of bits per
 *   second, `SIZE` if the size is not a whole number from 0.
 */
export function transmissionNs(bytes: number, bitsPerSecond: BitsPerSecond): Nanoseconds {
  checkBandwidth(bitsPerSecond);
  if (!Number.isSafeInteger(bytes) || bytes < 0) {
    throw new StandinRangeError("SIZE", `bytes: expected a whole number from 0, got ${bytes}`);
  }
  if (bytes <= TRANSMISSION_BYTES_MAX) return pieceNs(bytes, bitsPerSecond);
  // In pieces, so that no product leaves the exact integers. What a piece leaves over of a
  // nanosecond is carried on as bit-nanoseconds.
  let wholeNs = 0;
  let carried = 0;
  for (let left = bytes; left > 0; left -= TRANSMISSION_BYTES_MAX) {
    const scaled = Math.min(left, TRANSMISSION_BYTES_MAX) * BITS_PER_BYTE * NS_PER_SECOND;
    const rest = scaled % bitsPerSecond;
    wholeNs += (scaled - rest) / bitsPerSecond;
    carried += rest;
    if (carried < bitsPerSecond) continue;
    wholeNs += 1;
    carried -= bitsPerSecond;
  }
  return carried === 0 ? wholeNs : wholeNs + 1;
}

/**
 * Checks a bandwidth that came from outside.
 *
 * @throws StandinRangeError `BANDWIDTH` if it is not a whole number from 1 to {@link BANDWIDTH_MAX}.
 */
export function checkBandwidth(bitsPerSecond: BitsPerSecond): void {
  const valid = Number.isSafeInteger(bitsPerSecond) && bitsPerSecond >= 1;
  if (valid && bitsPerSecond <= BANDWIDTH_MAX) return;
  throw new StandinRangeError(
    "BANDWIDTH",
    `bandwidth: expected whole bits per second from 1 to ${BANDWIDTH_MAX}, got ${bitsPerSecond}`,
  );
}

function pieceNs(bytes: number, bitsPerSecond: BitsPerSecond): Nanoseconds {
  const scaled = bytes * BITS_PER_BYTE * NS_PER_SECOND;
  const rest = scaled % bitsPerSecond;
  // Exact: the dividend is below 2^53 and the division comes out even.
  return (scaled - rest) / bitsPerSecond + (rest === 0 ? 0 : 1);
}

function bandwidth(count: number, unit: number, name: string): BitsPerSecond {
  const exact = count * unit;
  const whole = Math.round(exact);
  // As with durations: 1.1 * 1e9 is not exactly 1100000000 in binary.
  const isWhole = Math.abs(exact - whole) <= Math.abs(exact) * Number.EPSILON;
  if (isWhole && whole >= 1 && whole <= BANDWIDTH_MAX) return whole;
  throw new StandinRangeError(
    "BANDWIDTH",
    `${name}: expected a count that makes whole bits per second from 1 to ${BANDWIDTH_MAX}, got ${count}`,
  );
}
