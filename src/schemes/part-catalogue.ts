import { brownout, stopAndCopy } from "../checkpoint/capture.ts";
import { encodings } from "../checkpoint/encode/encodings.ts";
import type { CheckpointOptions } from "../checkpoint/options.ts";
import { triggers } from "../checkpoint/trigger/triggers.ts";
import { ms } from "../sim/time.ts";

/** What a checkpoint scheme is made of, in the order in which a checkpoint passes through it. */
export type Stage =
  | "trigger"
  | "track"
  | "capture"
  | "bring-up"
  | "quiesce"
  | "encode"
  | "transfer"
  | "apply"
  | "release";

/** One way to do what a stage does. */
export interface Part {
  /** The options of a checkpoint scheme that choose it, made anew at each call. */
  readonly make: () => CheckpointOptions;
  /** What it does, in one line. */
  readonly about: string;
  /** The publication or system that it follows. */
  readonly source: string;
}

/** All parts by stage and name. The first of each stage is what a scheme has by default: the baseline. */
export const partCatalogue: Readonly<Record<Stage, Readonly<Record<string, Part>>>> = {
  trigger: {
    "fixed-interval": part(() => ({}), "at a fixed interval", "Remus, NSDI'08"),
    "held-output": part(
      () => ({ trigger: triggers.heldOutput() }),
      "soon after output is held",
      "US9652338",
    ),
    "on-request": part(
      () => ({ trigger: triggers.onRequest() }),
      "when somebody asks, at least once a second",
      "COLO, SoCC'13",
    ),
    "low-priority-slots": part(
      () => ({ trigger: triggers.lowPrioritySlots({ periodNs: ms(25), slotNs: ms(5) }) }),
      "in slots of 5 ms every 25 ms",
      "US11288143",
    ),
    adaptive: part(() => ({ trigger: triggers.adaptive() }), "as often as can be afforded", "Cuju"),
  },
  track: {
    slat: part(
      () => ({ track: "slat+shadow" }),
      "dirty flags of the second-level address translation",
      "US10216598",
    ),
    "slat-4-workers": part(
      () => ({ track: "slat+shadow", scanWorkers: 4 }),
      "dirty flags, their scan shared by four workers",
      "US8533382",
    ),
    "write-protection": part(
      () => ({ track: "write-protection+shadow" }),
      "a fault at the first write to a page",
      "KVM, dirty log",
    ),
    shadow: part(() => ({ track: "shadow" }), "comparison with a copy of all memory", "none"),
  },
  capture: {
    "stop-and-copy": part(
      () => ({ capture: stopAndCopy() }),
      "stop, copy, go on",
      "Remus, NSDI'08",
    ),
    brownout: part(
      () => ({ capture: brownout() }),
      "send while it runs, stop for the rest",
      "US10216598",
    ),
  },
  "bring-up": {
    "pre-copy": part(
      () => ({}),
      "all of memory while it runs, then what changed",
      "Clark, NSDI'05",
    ),
  },
  quiesce: {
    none: part(() => ({}), "nothing inside the machine is told", "Remus, NSDI'08"),
  },
  encode: {
    whole: part(
      () => ({ encode: encodings.whole() }),
      "whole pages, zero pages as nothing",
      "Remus, NSDI'08",
    ),
    "word-difference": part(
      () => ({ encode: encodings.wordDifference() }),
      "the words that differ from the copy sent last",
      "US11288123",
    ),
    "run-length-xor": part(
      () => ({ encode: encodings.runLengthXor() }),
      "run-length XOR with the copy sent last",
      "QEMU, XBZRLE",
    ),
    "remus-hybrid": part(
      () => ({ encode: encodings.remusHybrid() }),
      "run-length XOR where it saves four fifths",
      "Remus, NSDI'08",
    ),
    feedback: part(
      () => ({ encode: encodings.feedback() }),
      "differences for pages that the secondary lists",
      "US8661213",
    ),
  },
  transfer: {
    "one-group": part(() => ({}), "one group of pages after the other", "Remus, NSDI'08"),
  },
  apply: {
    "after-arrival": part(() => ({}), "to memory once all of it has arrived", "Remus, NSDI'08"),
  },
  release: {
    "at-commit": part(() => ({}), "when the secondary has the checkpoint", "Remus, NSDI'08"),
  },
};

function part(make: () => CheckpointOptions, about: string, source: string): Part {
  return { make, about, source };
}
