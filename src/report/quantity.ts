import type { Nanoseconds } from "../sim/time.ts";

/** A whole number with its digits in groups of three: `12,345`. The same in every locale. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `1 page`, `12 pages`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** A whole count of bytes, in the unit that keeps it short: `512 B`, `49.6 KiB`, `5.1 MiB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  let unitBytes = 1024;
  for (const unit of ["KiB", "MiB", "GiB"]) {
    if (bytes < unitBytes * 1024) return `${fixed(bytes, unitBytes, 1)} ${unit}`;
    unitBytes *= 1024;
  }
  return `${fixed(bytes, unitBytes, 1)} TiB`;
}

/** A time in milliseconds, to the microsecond, so that a column of them lines up: `1,310.250 ms`. */
export function formatClock(timeNs: Nanoseconds): string {
  return `${fixed(timeNs, 1_000_000, 3)} ms`;
}

/** A duration for people, to three or four digits: `850 ns`, `312.4 us`, `12.35 ms`, `1.204 s`. */
export function formatShort(durationNs: Nanoseconds): string {
  if (durationNs < 1_000) return `${durationNs} ns`;
  if (durationNs < 1_000_000) return `${fixed(durationNs, 1_000, 1)} us`;
  if (durationNs < 1_000_000_000) return `${fixed(durationNs, 1_000_000, 2)} ms`;
  return `${fixed(durationNs, 1_000_000_000, 3)} s`;
}

/** A quotient of whole numbers with a fixed number of decimals, halves rounded up. */
function fixed(value: number, unit: number, decimals: 1 | 2 | 3): string {
  const parts = [0, 10, 100, 1000][decimals] as number;
  // The unit's own fraction first, so that large values keep all their digits.
  let whole = Math.floor(value / unit);
  let fraction = Math.floor(((value % unit) * parts) / unit + 0.5);
  if (fraction === parts) {
    whole += 1;
    fraction = 0;
  }
  return `${formatCount(whole)}.${String(fraction).padStart(decimals, "0")}`;
}

/** Makes a text that is too long end in `…`, so that it takes at most `width` characters. */
export function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
