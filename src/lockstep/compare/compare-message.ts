import type { DivergenceReason } from "./connection.ts";

/** Most pages that one list of written pages names; more come in several lists. */
export const LIST_PAGES_MAX = 4_096;

/** What the hosts of two compared machines tell each other, beside checkpoints. */
export type CompareMessage =
  /** Primary: input number `order` of its machine. */
  | { readonly type: "input"; readonly order: number; readonly packet: Uint8Array }
  /** Primary: the state of checkpoint `epoch` has so many inputs in it. */
  | { readonly type: "cut"; readonly epoch: number; readonly inputs: number }
  /** Primary: stop your machine, and say which pages it has written. */
  | { readonly type: "stop"; readonly epoch: number }
  /** Stand-by: some of these pages; `isLast` with the last of them. */
  | {
      readonly type: "written";
      readonly epoch: number;
      readonly isLast: boolean;
      readonly pages: readonly number[];
    }
  /** Either: packet number `order` of its machine, which belongs to `epoch`. */
  | {
      readonly type: "output";
      readonly epoch: number;
      readonly order: number;
      readonly packet: Uint8Array;
    }
  /** Whoever compares: packet number `order` of the other's machine is the same as one of its own. */
  | { readonly type: "same"; readonly epoch: number; readonly order: number }
  /** Whoever compares, if it is the stand-by: the machines differ, in that packet of the primary if not 0. */
  | {
      readonly type: "differs";
      readonly epoch: number;
      readonly order: number;
      readonly reason: DivergenceReason;
    };
