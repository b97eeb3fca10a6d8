import type { Nanoseconds } from "../sim/time.ts";

/** What an event tells beside its name. */
export type ChromeTraceArgs = Readonly<Record<string, string | number | boolean>>;

/** A line in the viewer: one activity of one process. */
export interface Track {
  readonly pid: number;
  readonly tid: number;
}

/** Names a process or a thread, or says where it stands. */
export interface MetadataEvent {
  readonly ph: "M";
  readonly name: "process_name" | "process_sort_index" | "thread_name" | "thread_sort_index";
  readonly pid: number;
  readonly tid: number;
  readonly args: { readonly name: string } | { readonly sort_index: number };
}

/** An event as it is exported. `ts` and `dur` are microseconds with up to three decimals. */
export type ChromeTraceEvent =
  | MetadataEvent
  | (Placed & { readonly ph: "X"; readonly dur: number })
  | (Placed & { readonly ph: "b" | "e"; readonly id: string })
  | (Placed & { readonly ph: "C" })
  | (Placed & { readonly ph: "i"; readonly s: "g" | "p" | "t" })
  | (Placed & { readonly ph: "s" | "t"; readonly id: string })
  | (Placed & { readonly ph: "f"; readonly id: string; readonly bp: "e" });

interface Placed extends Track {
  readonly name: string;
  readonly cat: string;
  readonly ts: number;
  readonly args?: ChromeTraceArgs;
}

/** An event with its time in whole nanoseconds, as long as it may still be sorted. */
export interface PendingEvent {
  readonly atNs: Nanoseconds;
  /** Length of a slice, 0 for everything else. */
  readonly durNs: Nanoseconds;
  /** Where it stands among events of the same time: what ends comes before what begins. */
  readonly rank: 0 | 1 | 2;
  readonly event: ChromeTraceEvent;
}

/** A virtual time in the unit of the format. */
export function microseconds(timeNs: Nanoseconds): number {
  return timeNs / 1_000;
}

/** By time; a slice before the slices inside it; otherwise in the order of emission. */
export function byTime(a: PendingEvent, b: PendingEvent): number {
  return a.atNs - b.atNs || a.rank - b.rank || b.durNs - a.durNs;
}
