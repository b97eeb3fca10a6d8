import type { DuplicationDefects } from "../cluster/duplication/options.ts";
import type { MigrationDefects } from "../cluster/migration/way.ts";
import type { PlacementDefects } from "../cluster/placement/placement.ts";
import type { PooledDefects } from "../cluster/pool/pooled-scheme.ts";
import type { ClusterDefects } from "../cluster/protection.ts";
import type { ProgramOptions } from "../guest/program-guest.ts";
import type { MachineDefects } from "../guest/riscv/machine-options.ts";
import type { PartChoice } from "../schemes/part-choice.ts";
import type { SchemeDefects } from "../schemes/scheme-catalogue.ts";
import { StandinRangeError } from "../sim/errors.ts";

/** Parts of the library broken on purpose, each switched on in the layer that it breaks. */
export interface Defects extends SchemeDefects {
  readonly cluster?: ClusterDefects;
  /** In ways to move a machine. */
  readonly migration?: MigrationDefects;
  /** In rules of placement. */
  readonly placement?: PlacementDefects;
  /** In memory pools and the hosts that share them. */
  readonly pooled?: PooledDefects;
  readonly program?: Pick<ProgramOptions, "executeRetries" | "logDeviceWrites">;
  /** In duplications. */
  readonly duplication?: DuplicationDefects;
  /** In RISC-V machines. */
  readonly machine?: MachineDefects;
}

/** A member of the broken zoo. */
export interface ZooMember extends Defects {
  /** What is broken, in one line. */
  readonly what: string;
  /** Name of the scenario whose machine has the part that is broken. Default any. */
  readonly scenario?: string;
  /** Name of the protection scheme that is broken; a scenario takes it. Default any. */
  readonly scheme?: string;
  /** The parts of the checkpoint scheme that are broken; a scenario takes them. Default any. */
  readonly parts?: PartChoice;
}

/** Name of a member of the broken zoo. */
export type ZooName =
  | "release-at-stop"
  | "torn-apply"
  | "no-tlb-invalidate"
  | "clear-dirty-after-copy"
  | "stale-registers"
  | "skip-device-writes"
  | "ack-before-staged"
  | "no-witness"
  | "witness-without-term"
  | "reuse-epoch-number"
  | "no-check-value"
  | "retry-executes-twice"
  | "heartbeat-from-paused-host"
  | "wall-clock-interval"
  | "device-writes-untracked"
  | "timer-not-in-checkpoint"
  | "in-flight-request-lost"
  | "icache-stale-after-restore"
  | "inner-table-write-missed"
  | "forwarded-page-not-resent"
  | "copied-after-overwritten"
  | "ring-overflow-ignored"
  | "stale-shadow"
  | "difference-from-wrong-base"
  | "difference-applied-twice"
  | "shared-threshold-list"
  | "stale-feedback-list"
  | "swapped-back-twice"
  | "swap-not-undone"
  | "group-of-wrong-epoch"
  | "swapped-out-of-order"
  | "quiesced-input-dropped"
  | "blocked-request-lost"
  | "no-look-at-unblock"
  | "bypassed-replies"
  | "release-before-stored"
  | "log-cut-before-commit"
  | "replay-one-late"
  | "replay-unchecked"
  | "disk-read-not-logged"
  | "disk-read-one-late"
  | "released-before-comparison"
  | "duplicate-output-at-promotion"
  | "both-copies-in-one-rack"
  | "host-overfilled"
  | "dismissed-without-term"
  | "handover-unasked"
  | "skip-on-timeout"
  | "composite-without-secondary"
  | "clock-not-logged"
  | "fed-after-error"
  | "replay-off-by-one-instruction"
  | "pool-access-given-twice"
  | "pool-stale-write-accepted"
  | "released-before-pool-commit"
  | "uncommitted-version"
  | "profile-overwritten"
  | "resumed-unconfigured"
  | "driver-ignored"
  | "copied-while-running"
  | "fence-skipped"
  | "fence-race"
  | "stale-key-accepted"
  | "preempt-without-test"
  | "one-path-suspected"
  | "translations-kept-at-start"
  | "tables-outside-reserved"
  | "mirrored-before-commit"
  | "skipped-page-forgotten"
  | "zero-page-instead-of-waiting"
  | "source-goes-on-unasked";

/**
 * The broken zoo: each member is a mistake that real systems have made or could make, and that the
 * checks must find. `docs/zoo.md` tells how each of them is found.
 */
export const zoo: Readonly<Record<ZooName, ZooMember>> = {
  "release-at-stop": {
    what: "output leaves when the machine is stopped, before its state is sent",
    checkpoint: { releaseAtStop: true },
  },
  "torn-apply": {
    what: "a secondary stands in with whatever it has of an unfinished checkpoint",
    checkpoint: { tornApply: true },
  },
  "no-tlb-invalidate": {
    what: "dirty bits are cleared and the cached translations that know them kept",
    checkpoint: { noTlbInvalidate: true },
  },
  "clear-dirty-after-copy": {
    what: "dirty bits are cleared after the pages were sent, with what was set meanwhile",
    checkpoint: { clearDirtyAfterCopy: true },
  },
  "stale-registers": {
    what: "a checkpoint carries the registers of the one before",
    checkpoint: { staleRegisters: true },
  },
  "skip-device-writes": {
    what: "what devices write to memory is not marked dirty",
    program: { logDeviceWrites: false },
  },
  "ack-before-staged": {
    what: "the secondary acknowledges a checkpoint when its first part arrives",
    checkpoint: { ackBeforeStaged: true },
  },
  "no-witness": {
    what: "whoever suspects the other serves, without asking",
    cluster: { noWitness: true },
  },
  "witness-without-term": {
    what: "the witness grants a term to everybody who asks for it",
    cluster: { witnessWithoutTerm: true },
  },
  "reuse-epoch-number": {
    what: "two checkpoints after each other carry the same number",
    checkpoint: { reuseEpochNumber: true },
  },
  "no-check-value": {
    what: "check values of the replication stream and its messages are not looked at",
    checkpoint: { noCheckValue: true },
    cluster: { uncheckedStream: true },
  },
  "retry-executes-twice": {
    what: "a request that is sent again is executed again",
    program: { executeRetries: true },
  },
  "heartbeat-from-paused-host": {
    what: "the network card sends heartbeats while its host stands still",
    cluster: { heartbeatFromPausedHost: true },
  },
  "wall-clock-interval": {
    what: "the time to the next checkpoint is measured on a clock that can be set back",
    checkpoint: { wallClockInterval: true },
  },
  "device-writes-untracked": {
    what: "what a RISC-V machine's cards and disk write to its memory is not marked dirty",
    scenario: "riscv-journal",
    machine: { deviceWritesUntracked: true },
  },
  "timer-not-in-checkpoint": {
    what: "what a RISC-V machine's timer was set to is not in a checkpoint",
    scenario: "riscv-journal",
    machine: { timerNotSaved: true },
  },
  "in-flight-request-lost": {
    what: "requests that a disk is working on are not in a checkpoint",
    scenario: "riscv-journal",
    machine: { requestsInFlightNotSaved: true },
  },
  "icache-stale-after-restore": {
    what: "instructions decoded before a checkpoint was applied are executed after it",
    scenario: "riscv-journal",
    machine: { staleDecoded: true },
  },
  "inner-table-write-missed": {
    what: "a hypervisor's writes to the tables of its inner machines are not intercepted",
    scenario: "riscv-nested",
    machine: { innerTableWriteMissed: true },
  },
  "forwarded-page-not-resent": {
    what: "a page that was forwarded is not sent at the checkpoint, although it was written since",
    parts: { capture: "forwarding" },
    part: { forwarding: { notResent: true } },
  },
  "copied-after-overwritten": {
    what: "pages to be copied after the stop are not protected, and sent with what was written since",
    parts: { capture: "copy-on-write" },
    part: { copyOnWrite: { unprotected: true } },
  },
  "ring-overflow-ignored": {
    what: "a page for which the dirty ring has no room is written without an entry",
    parts: { track: "tiny-dirty-ring" },
    checkpoint: { ringOverflowIgnored: true },
  },
  "stale-shadow": {
    what: "pages are compared with what they held when they were found, not with what was sent of them",
    parts: { track: "shadow", capture: "forwarding" },
    scenario: "kv",
    checkpoint: { staleShadow: true },
  },
  "difference-from-wrong-base": {
    what: "a difference is from an older copy than the one that the secondary has",
    parts: { encode: "word-difference" },
    part: { encode: { staleBase: true } },
  },
  "difference-applied-twice": {
    what: "the XOR of a difference is applied twice, which undoes it",
    parts: { encode: "run-length-xor" },
    part: { encode: { xorTwice: true } },
  },
  "shared-threshold-list": {
    what: "machines share the list of pages that are sent as differences, and their copies",
    parts: { encode: "feedback" },
    scenario: "twins",
    part: { encode: { sharedList: true } },
  },
  "stale-feedback-list": {
    what: "what a secondary was sent is still believed of the next secondary",
    parts: { encode: "feedback" },
    scenario: "twins",
    part: { encode: { keepAfterLoss: true } },
  },
  "swapped-back-twice": {
    what: "what was swapped in of an incomplete checkpoint is swapped back twice, and stays",
    parts: { apply: "swapping" },
    scenario: "wide-counter",
    part: { apply: { undoTwice: true } },
  },
  "swap-not-undone": {
    what: "what was swapped in of an incomplete checkpoint is not swapped back",
    parts: { apply: "swapping" },
    scenario: "wide-counter",
    part: { apply: { noUndo: true } },
  },
  "group-of-wrong-epoch": {
    what: "a group is applied whatever epoch it belongs to, on a stream that believes everything",
    parts: { apply: "swapping" },
    scenario: "muncher",
    cluster: { uncheckedStream: true },
    part: { apply: { anyEpoch: true } },
  },
  "swapped-out-of-order": {
    what: "groups are swapped in as they come, not in the order of their numbers",
    parts: { apply: "swapping", transfer: "four-streams", capture: "forwarding" },
    scenario: "wide-counter",
    part: { apply: { anyOrder: true } },
  },
  "quiesced-input-dropped": {
    what: "what arrives while a machine is told that there is no input is thrown away",
    parts: { quiesce: "interface-agent" },
    part: { agent: { quiescedInputDropped: true } },
  },
  "blocked-request-lost": {
    what: "a disk that was told of requests while it was blocked does not look at them after a failover",
    parts: { quiesce: "storage" },
    scenario: "riscv-journal",
    machine: { blockedRequestLost: true },
  },
  "no-look-at-unblock": {
    what: "a disk that goes on does not look at the requests that it was told of at the ready notice",
    parts: { quiesce: "storage" },
    scenario: "riscv-journal",
    machine: { noLookAtUnblock: true },
  },
  "bypassed-replies": {
    what: "replies leave at once, as only what promises nothing may",
    checkpoint: { bypassReplies: true },
  },
  "release-before-stored": {
    what: "output leaves when its stretch is over, whether or not the secondary has the log",
    scheme: "vmware-ft",
    log: { releaseBeforeStored: true },
  },
  "log-cut-before-commit": {
    what: "the log before a checkpoint is forgotten when it is announced, not when it is committed",
    scheme: "hybrid",
    scenario: "kv",
    log: { cutBeforeCommit: true },
  },
  "replay-one-late": {
    what: "a stand-in is given each input one stretch later than its predecessor was",
    scheme: "hybrid",
    log: { inputOneLate: true },
  },
  "replay-unchecked": {
    what: "the same in a secondary that replays all the time and does not look whether it does the same",
    scheme: "vmware-ft",
    log: { inputOneLate: true, unchecked: true },
  },
  "disk-read-not-logged": {
    what: "what the machine reads from its disk is left out of a log that is asked for it",
    scheme: "hybrid",
    scenario: "disk-reader",
    log: { diskReadNotLogged: true },
  },
  "disk-read-one-late": {
    what: "each read of a replay gets what the one before it has read, and nobody looks",
    scheme: "vmware-ft",
    scenario: "disk-reader",
    log: { diskReadOneLate: true, unchecked: true },
  },
  "released-before-comparison": {
    what: "the primary's packets leave before anybody has compared them",
    scheme: "colo",
    scenario: "kv",
    compare: { releaseBeforeComparison: true },
  },
  "duplicate-output-at-promotion": {
    what: "a stand-in sends all that its machine has sent, with what the primary had sent for it",
    scheme: "colo",
    scenario: "kv",
    compare: { sendDropped: true },
  },
  "both-copies-in-one-rack": {
    what: "a second copy is made in the rack of the first, where one failure takes both",
    scenario: "evacuation",
    placement: { anyDomain: true },
  },
  "host-overfilled": {
    what: "a second copy is made on a host that has no room for it",
    scenario: "evacuation",
    placement: { anySize: true },
  },
  "dismissed-without-term": {
    what: "a primary dismisses its secondary, which the witness may name yet, and does not ask",
    scenario: "evacuation",
    cluster: { dismissWithoutTerm: true },
  },
  "handover-unasked": {
    what: "a primary stops its machine to hand it over while nobody could name a successor",
    scenario: "evacuation",
    cluster: { handoverUnasked: true },
  },
  "skip-on-timeout": {
    what: "what the stand-by has not answered in time is taken to be the same",
    scheme: "active-active",
    scenario: "dice",
    compare: { skipOnTimeout: true },
  },
  "composite-without-secondary": {
    what: "pages that only the stand-by's machine has written are not sent",
    scheme: "active-active",
    scenario: "dice",
    compare: { compositeWithoutSecondary: true },
  },
  "clock-not-logged": {
    what: "what a machine reads from the clock is not in the log",
    scheme: "vmware-ft",
    scenario: "dice",
    log: { clockNotLogged: true },
  },
  "fed-after-error": {
    what: "a shadow goes on after it was told of an error",
    scheme: "shadow",
    scenario: "ledger",
    log: { fedAfterError: true },
  },
  "replay-off-by-one-instruction": {
    what: "a replay ends each stretch an instruction before the log says that it ended",
    scheme: "vmware-ft",
    scenario: "riscv-kv",
    log: { oneInstructionShort: true },
  },
  "pool-access-given-twice": {
    what: "a pool gives write access in a term to the next who asks for it, although somebody has it",
    scenario: "pooled",
    pooled: { accessGivenTwice: true },
  },
  "pool-stale-write-accepted": {
    what: "a pool takes what its former holder writes after write access was given on",
    scenario: "pooled",
    pooled: { staleWriteAccepted: true },
  },
  "released-before-pool-commit": {
    what: "output leaves when its epoch is written, before the pool has confirmed the commit",
    scenario: "pooled",
    pooled: { releaseBeforeCommit: true },
  },
  "uncommitted-version": {
    what: "a stand-in goes on from pages written since the last commit, with the registers of it",
    scenario: "pooled",
    pooled: { uncommittedVersion: true },
  },
  "profile-overwritten": {
    what: "a duplication copies the protected memory, too, over the profile of the target",
    scenario: "duplicate",
    duplication: { profileOverwritten: true },
  },
  "resumed-unconfigured": {
    what: "a duplicate resumes as the source that it was, and looks for its profile when it runs",
    scenario: "duplicate",
    duplication: { resumedUnconfigured: true },
  },
  "driver-ignored": {
    what: "a machine is duplicated although one of its drivers does not know of profiles",
    scenario: "duplicate",
    duplication: { driverIgnored: true },
  },
  "copied-while-running": {
    what: "each target is sent the source as it is then, not one copy of it",
    scenario: "duplicate",
    duplication: { copiedWhileRunning: true },
  },
  "fence-skipped": {
    what: "a host serves when it has ordered its peer's power off, not when that is confirmed",
    scenario: "power-fence",
    cluster: { fenceSkipped: true },
  },
  "fence-race": {
    what: "two hosts that suspect each other have each other's power cut, at once",
    scenario: "power-duel",
    cluster: { fenceRace: true },
  },
  "stale-key-accepted": {
    what: "a shared array takes writes with a key that was revoked",
    scenario: "array-fence",
    cluster: { staleKeyAccepted: true },
  },
  "preempt-without-test": {
    what: "a shared array gives the reservation to whoever preempts, whatever the term",
    scenario: "array-fence",
    cluster: { preemptWithoutTest: true },
  },
  "one-path-suspected": {
    what: "a peer that is silent on one of two paths is suspected",
    scenario: "power-fence",
    cluster: { onePathSuspected: true },
  },
  "translations-kept-at-start": {
    what: "what a processor cached on the bare host outlives the take-over and every later invalidation",
    scenario: "start-protection",
    cluster: { start: { translationsKept: true } },
  },
  "tables-outside-reserved": {
    what: "the monitor's translation tables are put below the reserved range, where the machine's memory is",
    scenario: "start-protection",
    cluster: { start: { tablesOutside: true } },
  },
  "mirrored-before-commit": {
    what: "a machine counts as mirrored when its blackout is over, before the pages are committed",
    scenario: "start-protection",
    cluster: { start: { mirroredEarly: true } },
  },
  "skipped-page-forgotten": {
    what: "a page that pre-copy skipped, because it was written again, is not sent in the next round",
    scenario: "migrate",
    migration: { skippedForgotten: true },
  },
  "zero-page-instead-of-waiting": {
    what: "a machine that touches a page which has not come yet goes on with a page of zeros",
    scenario: "migrate-post-copy",
    migration: { zeroPage: true },
  },
  "source-goes-on-unasked": {
    what: "a source whose offer is not answered in time goes on without asking the witness",
    scenario: "migrate",
    cluster: { handoverWithoutTerm: true },
  },
};

/** All names, in the order of the zoo. */
export const zooNames: readonly ZooName[] = Object.keys(zoo) as ZooName[];

/**
 * The defects of some members together.
 *
 * @throws StandinRangeError `ZOO_NAME` for a name that is not in the zoo.
 */
export function defectsOf(names: readonly string[]): Defects {
  const defects: Record<string, object> = {};
  for (const name of names) {
    const {
      what: _what,
      scenario: _of,
      scheme: _under,
      parts: _made,
      ...layers
    } = memberNamed(name);
    for (const [layer, broken] of Object.entries(layers)) {
      defects[layer] = { ...defects[layer], ...broken };
    }
  }
  return defects;
}

/**
 * The parts of the checkpoint scheme that some members break. Of two members that break different
 * parts of one stage the later one decides.
 *
 * @throws StandinRangeError `ZOO_NAME` for a name that is not in the zoo.
 */
export function partsOf(names: readonly string[]): PartChoice {
  let parts: PartChoice = {};
  for (const name of names) parts = { ...parts, ...memberNamed(name).parts };
  return parts;
}

/**
 * Name of the protection scheme that some members break; of two that break different ones the later one
 * decides. `undefined`: none of them cares.
 *
 * @throws StandinRangeError `ZOO_NAME` for a name that is not in the zoo.
 */
export function schemeOf(names: readonly string[]): string | undefined {
  let scheme: string | undefined;
  for (const name of names) scheme = memberNamed(name).scheme ?? scheme;
  return scheme;
}

function memberNamed(name: string): ZooMember {
  if (Object.hasOwn(zoo, name)) return zoo[name as ZooName];
  const known = zooNames.join(", ");
  throw new StandinRangeError("ZOO_NAME", `defect: expected one of ${known}, got "${name}"`);
}
