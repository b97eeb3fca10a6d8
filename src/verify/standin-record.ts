import type { CheckpointRecord } from "../checkpoint/records.ts";
import type { ClientRecord } from "../client/records.ts";
import type { DetectionRecord } from "../cluster/detection/records.ts";
import type { FencingRecord } from "../cluster/fencing/records.ts";
import type { MigrationRecord } from "../cluster/migration/records.ts";
import type { PlacementRecord } from "../cluster/placement/records.ts";
import type { PooledRecord } from "../cluster/pool/records.ts";
import type { ClusterRecord } from "../cluster/records.ts";
import type { StartRecord } from "../cluster/start/records.ts";
import type { PoolRecord } from "../host/pool/records.ts";

import type { HostRecord } from "../host/records.ts";
import type { CompareRecord } from "../lockstep/compare/records.ts";
import type { LockstepRecord } from "../lockstep/records.ts";
import type { PlanRecord } from "./plan/records.ts";

/** Every record that a simulation's trace can hold, told apart by `kind`. */
export type StandinRecord =
  | HostRecord
  | ClientRecord
  | CheckpointRecord
  | LockstepRecord
  | CompareRecord
  | ClusterRecord
  | PlacementRecord
  | PoolRecord
  | PooledRecord
  | DetectionRecord
  | FencingRecord
  | StartRecord
  | MigrationRecord
  | PlanRecord;
