import type { DuplicationRecord } from "./duplication/records.ts";

/** Which machine, seen from which host, in which term. */
type OfTerm = { readonly machine: string; readonly host: string; readonly term: number };

/** What the cluster layer writes to the trace: who is suspected, who may serve, who serves. */
export type ClusterRecord =
  | DuplicationRecord
  | ({ readonly kind: "witness.registered" } & OfTerm)
  | ({ readonly kind: "witness.granted" } & OfTerm)
  | ({ readonly kind: "witness.refused"; held: number } & OfTerm)
  | ({ readonly kind: "protection.started"; secondary: string } & OfTerm)
  | ({
      readonly kind: "failure.suspected";
      peer: string;
      silentNs: number;
      /** True if its heartbeats come, and nothing of its replication. */
      hangs?: boolean;
    } & OfTerm)
  | ({ readonly kind: "term.requested" } & OfTerm)
  | ({ readonly kind: "protection.lost"; reason: string } & OfTerm)
  | ({ readonly kind: "handover.ordered"; secondary: string } & OfTerm)
  | ({ readonly kind: "handover.started"; secondary: string } & OfTerm)
  | ({ readonly kind: "handover.ready"; secondary: string } & OfTerm)
  | ({ readonly kind: "handover.received" } & OfTerm)
  | ({ readonly kind: "machine.removed" } & OfTerm)
  | ({ readonly kind: "machine.fenced" } & OfTerm)
  | ({ readonly kind: "stand-by.abandoned"; reason: string } & OfTerm)
  | ({
      readonly kind: "failover.started";
      from: string;
      epoch: number;
      /** Term of that epoch, where it need not be the one before. */
      epochTerm?: number;
    } & OfTerm)
  | ({
      readonly kind: "failover.loaded";
      epoch: number;
      epochTerm: number;
      digest: string;
      /** Of a scheme that replays a log: the position that it goes on from. */
      position?: number;
      /** Of a machine that serves before its memory has come: the digest is of what has. */
      split?: true;
    } & OfTerm)
  | ({ readonly kind: "failover.running"; epoch: number; epochTerm: number } & OfTerm)
  | ({ readonly kind: "failover.serving"; from: string; epoch: number } & OfTerm);
