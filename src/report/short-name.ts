import { clip } from "./quantity.ts";

/** Longest name of a host, machine or client that a report writes out. */
export const NAME_WIDTH_MAX = 20;

/** A name that cannot break a line's layout: clipped, its control characters replaced. */
export function shortName(name: string): string {
  return clip(name.replace(/\p{Cc}/gu, "?"), NAME_WIDTH_MAX);
}
