/**
 * standin simulates a fault-tolerant cluster down to the page: whole machines run on simulated hosts,
 * a primary is mirrored to a secondary, hosts fail at any moment, and the secondary stands in.
 *
 * @packageDocumentation
 */

export type { Apply } from "./checkpoint/apply/apply.ts";
export { applying } from "./checkpoint/apply/applying.ts";
export type { BringUp } from "./checkpoint/bring-up/bring-up.ts";
export { bringUps } from "./checkpoint/bring-up/bring-ups.ts";
export type { BrownoutOptions } from "./checkpoint/capture/brownout.ts";
export type { Capture } from "./checkpoint/capture/capture.ts";
export { captures } from "./checkpoint/capture/captures.ts";
export type { CopyOnWriteOptions } from "./checkpoint/capture/copy-on-write.ts";
export type { ForwardingOptions } from "./checkpoint/capture/forwarding.ts";
export { encodings } from "./checkpoint/encode/encodings.ts";
export type { PageEncoder, PageEncoding } from "./checkpoint/encode/page-encoder.ts";
export type {
  CacheOptions,
  FeedbackOptions,
  RunLengthOptions,
  WordDifferenceOptions,
} from "./checkpoint/encode/page-encodings.ts";
export type {
  CheckpointDefects,
  CheckpointOptions,
} from "./checkpoint/options.ts";
export type { InterfaceAgentOptions } from "./checkpoint/quiesce/interface-agent.ts";
export type { Quiesce, QuiesceContext } from "./checkpoint/quiesce/quiesce.ts";
export { quiesces } from "./checkpoint/quiesce/quiesces.ts";
export type { StorageOptions } from "./checkpoint/quiesce/storage.ts";
export type { CheckpointRecord } from "./checkpoint/records.ts";
export { type AtCommitOptions, atCommit } from "./checkpoint/release/at-commit.ts";
export type { GateRule } from "./checkpoint/release/gate-rule.ts";
export {
  type ClientRuleOptions,
  type ConsoleRuleOptions,
  gateRules,
} from "./checkpoint/release/gate-rules.ts";
export type { Release, Verdict } from "./checkpoint/release/release.ts";
export type { ReleaseDefects } from "./checkpoint/release/release-defects.ts";
export type { GroupsOptions, Transfer } from "./checkpoint/transfer/transfer.ts";
export { transfers } from "./checkpoint/transfer/transfers.ts";
export type { AdaptiveOptions } from "./checkpoint/trigger/adaptive.ts";
export type { HeldOutputOptions } from "./checkpoint/trigger/held-output.ts";
export type { SlotOptions } from "./checkpoint/trigger/low-priority-slots.ts";
export type { OnRequestOptions } from "./checkpoint/trigger/on-request.ts";
export type { Trigger, TriggerContext } from "./checkpoint/trigger/trigger.ts";
export { triggers } from "./checkpoint/trigger/triggers.ts";
export type { ClientOptions, Invocation } from "./client/client.ts";
export type { Console, ConsoleOptions } from "./client/console.ts";
export type { ClientRecord } from "./client/records.ts";
export type { DetectionOptions, PathName } from "./cluster/detection/detection-options.ts";
export type { DetectionRecord } from "./cluster/detection/records.ts";
export type { Duplicate, DuplicateState } from "./cluster/duplication/duplicate.ts";
export type { Duplication } from "./cluster/duplication/duplication.ts";
export type {
  DuplicateOptions,
  DuplicateTarget,
  DuplicationDefects,
} from "./cluster/duplication/options.ts";
export type { DuplicationRecord } from "./cluster/duplication/records.ts";
export type { FenceDefects } from "./cluster/fencing/defects.ts";
export type { Fence, FenceParty } from "./cluster/fencing/fence.ts";
export { fenceNamed, fenceNames, fences } from "./cluster/fencing/fences.ts";
export type { PowerFenceOptions } from "./cluster/fencing/power-fence.ts";
export type { FencingRecord } from "./cluster/fencing/records.ts";
export type { SharedArray } from "./cluster/fencing/shared-array.ts";
export type { GroupByGroupOptions } from "./cluster/migration/by-groups.ts";
export type { MigrateOptions } from "./cluster/migration/migrate.ts";
export type { Migration, MigrationOutcome, MigrationRound } from "./cluster/migration/migration.ts";
export { migrations } from "./cluster/migration/migrations.ts";
export type { PostCopyOptions } from "./cluster/migration/post-copy.ts";
export type { PreCopyMigrationOptions } from "./cluster/migration/pre-copy.ts";
export type { RateOptions } from "./cluster/migration/rate-rule.ts";
export type { MigrationRecord } from "./cluster/migration/records.ts";
export type { MigrationWay } from "./cluster/migration/way.ts";
export type { PlacementRecord } from "./cluster/placement/records.ts";
export type { PooledDefects, PooledScheme } from "./cluster/pool/pooled-scheme.ts";
export type { ProtectedMachine } from "./cluster/protected-machine.ts";
export type { ClusterDefects } from "./cluster/protection.ts";
export type { ClusterRecord } from "./cluster/records.ts";
export type { Scheme } from "./cluster/scheme.ts";
export type { StartRecord } from "./cluster/start/records.ts";
export type { StartDefects } from "./cluster/start/start-defects.ts";
export {
  type Availability,
  availability,
  type MachineAvailability,
} from "./clusters/availability.ts";
export { type BuiltCluster, buildCluster, type GuestMaker } from "./clusters/build-cluster.ts";
export { type ClusterEvent, ClusterEvents } from "./clusters/cluster-events.ts";
export type {
  ClusterPlan,
  PlannedFailures,
  PlannedHost,
  PlannedMachine,
  PlannedOperation,
  PlannedYears,
} from "./clusters/cluster-plan.ts";
export {
  type ClusterReport,
  clusterReport,
  type MachineReport,
} from "./clusters/cluster-report.ts";
export { clusterText } from "./clusters/cluster-text.ts";
export type { Estimate } from "./clusters/confidence.ts";
export type { HostFailures } from "./clusters/host-failures.ts";
export {
  type MachineLife,
  MachineLives,
  type MachineState,
  type StateChange,
} from "./clusters/machine-life.ts";
export { type KnownNames, parseClusterPlan } from "./clusters/parse-cluster-plan.ts";
export type { OperationRecord } from "./clusters/records.ts";
export { describeExploration } from "./explore/describe-exploration.ts";
export { assertHolds, ExplorationError } from "./explore/exploration-error.ts";
export {
  type ExploreMode,
  type ExploreObserver,
  type ExploreOptions,
  type ExploreResult,
  explore,
  type Finding,
} from "./explore/explore.ts";
export {
  type JudgeOptions,
  type RunCase,
  type RunFailure,
  type RunOutcome,
  runCase,
} from "./explore/run-case.ts";
export { formatRun, type NamedRun, parseRun } from "./explore/run-literal.ts";
export { type Shrunk, shrink } from "./explore/shrink.ts";
export { standardProperties } from "./explore/standard-properties.ts";
export type { Profile, StoragePath } from "./guest/profile.ts";
export { gbps, mbps } from "./host/bandwidth.ts";
export type { HardwareProfile } from "./host/hardware-profile.ts";
export type { Host } from "./host/host.ts";
export type { LinkOptions } from "./host/link-options.ts";
export type { MemoryPool } from "./host/pool/memory-pool.ts";
export { modern } from "./host/profiles/modern.ts";
export { remus2008 } from "./host/profiles/remus2008.ts";
export type { HostRecord } from "./host/records.ts";
export type {
  CompareDefects,
  CompareOptions,
} from "./lockstep/compare/options.ts";
export type { CompareRecord } from "./lockstep/compare/records.ts";
export type { DiskReads } from "./lockstep/disk-reads.ts";
export type { FollowOptions, LogDefects, LogOptions } from "./lockstep/options.ts";
export type { LockstepRecord } from "./lockstep/records.ts";
export type { Shadow, ShadowStep } from "./lockstep/shadow.ts";
export { ExpectationError } from "./matchers/expectation-error.ts";
export { assertHoldsInvariants } from "./matchers/invariants.ts";
export { assertLinearizable } from "./matchers/linearizability.ts";
export { assertSurvives, type SurvivalOptions } from "./matchers/survival.ts";
export { ChromeTrace } from "./report/chrome-trace.ts";
export { type ChromeTraceProblem, validateChromeTrace } from "./report/chrome-trace-validator.ts";
export { type CheckpointMetrics, type ClientMetrics, Metrics } from "./report/metrics.ts";
export { type RunFacts, type RunReport, runReport } from "./report/run-report.ts";
export { runText } from "./report/run-text.ts";
export { plain, type Style, type Tone } from "./report/style.ts";
export { Timeline } from "./report/timeline.ts";
export { counterScenario } from "./scenarios/counter.ts";
export { keyValueScenario } from "./scenarios/key-value.ts";
export { type PairOptions, pairScenario } from "./scenarios/pair.ts";
export type { Scenario, ScenarioOptions } from "./scenarios/scenario.ts";
export type { HybridOptions } from "./schemes/hybrid.ts";
export { type Part, partCatalogue, type Stage } from "./schemes/part-catalogue.ts";
export { checkpointOptions, type PartChoice } from "./schemes/part-choice.ts";
export type { PooledOptions } from "./schemes/pooled.ts";
export type { RemusOptions } from "./schemes/remus.ts";
export {
  type NamedScheme,
  type NamedSchemeOptions,
  type SchemeDefects,
  schemeCatalogue,
} from "./schemes/scheme-catalogue.ts";
export { chosenScheme, type SchemeChoice } from "./schemes/scheme-choice.ts";
export { schemes } from "./schemes/schemes.ts";
export type { ShadowOptions } from "./schemes/shadow.ts";
export type { VmwareFtOptions } from "./schemes/vmware-ft.ts";
export { verifyDeterminism } from "./sim/determinism.ts";
export { InvariantError, ProcessError, StandinRangeError, StandinTypeError } from "./sim/errors.ts";
export { formatTime, minutes, ms, type Nanoseconds, ns, seconds, us } from "./sim/time.ts";
export type { BootOptions, StartProtectionOptions } from "./simulation/boot-options.ts";
export {
  ARRAY_HOST,
  COORDINATOR_HOST,
  type ControllerOptions,
  WITNESS_HOST,
} from "./simulation/machine-room.ts";
export type { ManagedHostOptions, ManageOptions } from "./simulation/manage-options.ts";
export type {
  ManagedCluster,
  PlacedOptions,
  RollingRestartOptions,
} from "./simulation/managed-cluster.ts";
export type { ProtectOptions } from "./simulation/protect-options.ts";
export {
  type PoolOptions,
  type ReplayMoment,
  Simulation,
  type SimulationOptions,
} from "./simulation/simulation.ts";

export type { AuditedClient } from "./verify/audited-client.ts";
export {
  type Call,
  clientHistory,
  type ReadCall,
  type Remembering,
} from "./verify/history/client-history.ts";
export type {
  EntryKey,
  EntryType,
  GivenEntry,
  HistoryEntry,
  ProcessName,
} from "./verify/history/entry.ts";
export { formatHistory } from "./verify/history/format-history.ts";
export { counterCall, keyValueCall } from "./verify/history/guest-calls.ts";
export { parseHistory } from "./verify/history/parse-history.ts";
export type { InvariantName, Violation } from "./verify/invariant.ts";
export { type CheckOptions, checkHistory } from "./verify/linearizability/check-history.ts";
export type { CheckResult } from "./verify/linearizability/check-result.ts";
export { describeResult } from "./verify/linearizability/describe-result.ts";
export type { Model } from "./verify/linearizability/model.ts";
export { type ModelName, models } from "./verify/linearizability/models.ts";
export type { Fault, FaultKind, FaultPlan, Moment } from "./verify/plan/fault.ts";
export { formatPlan, planLiteral } from "./verify/plan/format-plan.ts";
export { parsePlan } from "./verify/plan/parse-plan.ts";
export type { NamedPoint } from "./verify/points/named-point.ts";
export { type Point, points } from "./verify/points/points.ts";
export {
  type AlwaysProperty,
  always,
  type EventuallyProperty,
  eventually,
  type Property,
  type SometimesProperty,
  sometimes,
} from "./verify/properties/property.ts";
export type { StandinRecord } from "./verify/standin-record.ts";
export { type ZooMember, type ZooName, zoo, zooNames } from "./verify/zoo.ts";
