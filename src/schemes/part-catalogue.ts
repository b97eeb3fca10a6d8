import type { SwapDefects } from "../checkpoint/apply/apply.ts";
import { applying } from "../checkpoint/apply/applying.ts";
import { bringUps } from "../checkpoint/bring-up/bring-ups.ts";
import { captures } from "../checkpoint/capture/captures.ts";
import type { CopyOnWriteDefects } from "../checkpoint/capture/copy-on-write.ts";
import type { ForwardingDefects } from "../checkpoint/capture/forwarding.ts";
import type { ApplyDefects, EncodeDefects } from "../checkpoint/encode/encode-defects.ts";
import { encodings } from "../checkpoint/encode/encodings.ts";
import type { CheckpointOptions } from "../checkpoint/options.ts";
import type { InterfaceAgentOptions } from "../checkpoint/quiesce/interface-agent.ts";
import { quiesces } from "../checkpoint/quiesce/quiesces.ts";
import { atCommit } from "../checkpoint/release/at-commit.ts";
import { gateRules } from "../checkpoint/release/gate-rules.ts";
import { transfers } from "../checkpoint/transfer/transfers.ts";
import { triggers } from "../checkpoint/trigger/triggers.ts";
import { mbps } from "../host/bandwidth.ts";
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

/** Defects of parts, each switched on in the part that it breaks. */
export interface PartDefects {
  readonly forwarding?: ForwardingDefects;
  readonly copyOnWrite?: CopyOnWriteDefects;
  /** Of the interface agent. */
  readonly agent?: NonNullable<InterfaceAgentOptions["broken"]>;
  readonly encode?: EncodeDefects & ApplyDefects;
  readonly apply?: SwapDefects;
}

/** One way to do what a stage does. */
export interface Part {
  /**
   * The options of a checkpoint scheme that choose it, made anew at each call.
   *
   * @param broken Default none.
   */
  readonly make: (broken?: PartDefects) => CheckpointOptions;
  /** What it does, in one line. */
  readonly about: string;
  /** The publication or system that it follows. */
  readonly source: string;
}

/** All parts by stage and name. The first of each stage is what a scheme has by default: the baseline. */
export const partCatalogue: Readonly<Record<Stage, Readonly<Record<string, Part>>>> = {
  trigger: {
    "fixed-interval": part(() => ({}), "at a fixed interval", "Remus, NSDI'08"),
    "dirty-pages": part(
      () => ({
        trigger: triggers.dirtyPages({ pages: 1_000, mostNs: ms(100) }),
        track: "dirty-ring",
      }),
      "when 960 pages are written, the machine stopping at 1,000",
      "Stratus, KVM's dirty ring; Cuju",
    ),
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
    "dirty-ring": part(
      () => ({ track: "dirty-ring+shadow" }),
      "a bounded ring of written pages that stops the machine when full",
      "KVM, dirty ring",
    ),
    "tiny-dirty-ring": part(
      () => ({ track: "dirty-ring+shadow", ringEntries: 2, ringWatermark: 1 }),
      "a ring of two entries, full long before the checkpoint",
      "KVM, dirty ring",
    ),
    instrumented: part(
      () => ({ track: "instrumented" }),
      "a mark set by each store of an instrumented program",
      "none",
    ),
    shadow: part(() => ({ track: "shadow" }), "comparison with a copy of all memory", "none"),
  },
  capture: {
    "stop-and-copy": part(
      () => ({ capture: captures.stopAndCopy() }),
      "stop, copy, go on",
      "Remus, NSDI'08",
    ),
    brownout: part(
      () => ({ capture: captures.brownout() }),
      "send while it runs, stop for the rest",
      "US10216598",
    ),
    forwarding: part(
      ({ forwarding: broken = {} } = {}) => ({ capture: captures.forwarding({ broken }) }),
      "send what is not in the working set long before the stop",
      "US9588844",
    ),
    "copy-on-write": part(
      ({ copyOnWrite: broken = {} } = {}) => ({ capture: captures.copyOnWrite({ broken }) }),
      "protect seldom-written pages and copy them after the stop",
      "US8549241",
    ),
  },
  "bring-up": {
    "pre-copy": part(
      () => ({}),
      "all of memory while it runs, then what changed",
      "Clark, NSDI'05",
    ),
    "by-groups": part(
      () => ({ bringUp: bringUps.byGroups() }),
      "a group of 256 pages with each checkpoint",
      "US20150205688",
    ),
  },
  quiesce: {
    none: part(() => ({}), "nothing inside the machine is told", "Remus, NSDI'08"),
    "interface-agent": part(
      ({ agent: broken = {} } = {}) => ({ quiesce: quiesces.interfaceAgent({ broken }) }),
      "its interface says that there are no packets until it is idle",
      "US10360117",
    ),
    storage: part(
      () => ({ quiesce: quiesces.storage() }),
      "its disk takes no new requests and finishes those it has",
      "US11281538",
    ),
  },
  encode: {
    whole: part(
      () => ({ encode: encodings.whole() }),
      "whole pages, zero pages as nothing",
      "Remus, NSDI'08",
    ),
    "word-difference": part(
      ({ encode: broken = {} } = {}) => ({ encode: encodings.wordDifference({ broken }) }),
      "the words that differ from the copy sent last",
      "US11288123",
    ),
    "run-length-xor": part(
      ({ encode: broken = {} } = {}) => ({ encode: encodings.runLengthXor({ broken }) }),
      "run-length XOR with the copy sent last",
      "QEMU, XBZRLE",
    ),
    "remus-hybrid": part(
      ({ encode: broken = {} } = {}) => ({ encode: encodings.remusHybrid({ broken }) }),
      "run-length XOR where it saves four fifths",
      "Remus, NSDI'08",
    ),
    feedback: part(
      ({ encode: broken = {} } = {}) => ({ encode: encodings.feedback({ broken }) }),
      "differences for pages that the secondary lists",
      "US8661213",
    ),
  },
  transfer: {
    "one-group": part(() => ({}), "one group of pages after the other", "Remus, NSDI'08"),
    pipelined: part(
      () => ({ transfer: transfers.groups({ inFlight: 4 }) }),
      "four groups in flight: one is made while others are on the wire",
      "US11288123",
    ),
    "four-streams": part(
      () => ({ transfer: transfers.groups({ inFlight: 16, streams: 4 }) }),
      "sixteen groups in flight on four streams",
      "QEMU, multifd",
    ),
    packets: part(
      () => ({ transfer: transfers.packets({ inFlight: 16, streams: 4 }) }),
      "packets in any order, a table of contents, an interrupt to commit",
      "US9251002",
    ),
    limited: part(
      () => ({ transfer: transfers.groups({ bitsPerSecond: mbps(500) }) }),
      "at most 500 Mbit/s, the rest of the link for others",
      "QEMU, max-bandwidth",
    ),
  },
  apply: {
    "after-arrival": part(() => ({}), "to memory once all of it has arrived", "Remus, NSDI'08"),
    "before-answer": part(
      () => ({ apply: applying.afterArrival({ acknowledge: "applied" }) }),
      "as after-arrival, and answered only then",
      "US11288123, what it is compared with",
    ),
    "disk-cache": part(
      () => ({ apply: applying.afterArrival({ diskCache: true }) }),
      "the disk's pages to a cache that is flushed after the commit",
      "US11263136",
    ),
    swapping: part(
      ({ apply: broken = {} } = {}) => ({
        apply: applying.swapping({ acknowledge: "applied", broken }),
      }),
      "group by group as they come, with the undo in the reserved copy",
      "US11288123",
    ),
  },
  release: {
    "at-commit": part(() => ({}), "when the secondary has the checkpoint", "Remus, NSDI'08"),
    "with-rules": part(
      () => ({ release: atCommit({ rules: [gateRules.receipts(), gateRules.fragments()] }) }),
      "at commit; receipts and fragments ask for no checkpoint",
      "US9760442",
    ),
  },
};

function part(make: Part["make"], about: string, source: string): Part {
  return { make, about, source };
}
