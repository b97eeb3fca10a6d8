import { afterArrival } from "../../checkpoint/apply/apply.ts";
import {
  type CheckpointOptions,
  type CheckpointSettings,
  checkpointSettings,
} from "../../checkpoint/options.ts";
import { onRequest } from "../../checkpoint/trigger/on-request.ts";
import { CONSOLE_CLIENT } from "../../guest/console-packet.ts";
import { StandinRangeError, StandinTypeError } from "../../sim/errors.ts";
import { ms, type Nanoseconds, seconds } from "../../sim/time.ts";
import type { ProtectedRange } from "./protected-memory.ts";
import type { SimilarityMeasure } from "./similarity.ts";

/** Settings of two machines that run and are compared. */
export interface CompareOptions {
  /** From the start of a checkpoint to the start of the next, at least. Default as the scheme says. */
  readonly minimumNs?: Nanoseconds;
  /** The same, at most, however similar the machines are. Default as the scheme says. */
  readonly mostNs?: Nanoseconds;
  /** A result that differs waits so long at most until a checkpoint is asked for. Default 75 ms. */
  readonly thresholdNs?: Nanoseconds;
  /** A checkpoint is asked for at once when less than this part of the results is the same. Default 1. */
  readonly similarity?: number;
  /** What of the results is counted for it. Default `packets`. */
  readonly measure?: SimilarityMeasure;
  /** How many of the last results since a checkpoint are looked at. Default 64. */
  readonly windowPackets?: number;
  /** What one machine has sent and the other has not for so long is taken to differ. Default 3 s. */
  readonly timeoutNs?: Nanoseconds;
  /** How often such packets are looked for. Default as the scheme says. */
  readonly scanNs?: Nanoseconds;
  /** Most packets that wait in one queue of a connection; the newest is dropped. Default 1,024. */
  readonly queuePackets?: number;
  /**
   * How the stand-by gets rid of what its own machine has written: `composite`, the primary sends these pages,
   * too; `clean-base`, the stand-by has a second copy of all memory. Default as the scheme says.
   */
  readonly memory?: "composite" | "clean-base";
  /**
   * Pages in which a machine keeps what belongs to its host: no checkpoint carries them, and each host keeps
   * its own (US11429466, protected memory). Default none.
   */
  readonly protectedMemory?: readonly ProtectedRange[];
  /** When a checkpoint lets out what it covers. Default `received`. `stop` is broken on purpose. */
  readonly releaseOutputAt?: "stop" | "received" | "loaded";
  /**
   * When the primary's machine goes on after it was stopped for a checkpoint: when all that is to be sent is
   * `copied`, or when it is `acknowledged`. Default as the scheme says.
   */
  readonly resumeAt?: "copied" | "acknowledged";
  /**
   * Each result that differs has a checkpoint of its own, one right after the other, as COLO did until 2020.
   * Default false.
   */
  readonly perMiscompare?: boolean;
  /** Whose packets are numbered bytes. Default consoles, {@link CONSOLE_CLIENT}. */
  readonly isSequenced?: (client: number) => boolean;
  /** Parts of the checkpoints; `clean-base` allows every encoding, `composite` whole pages only. */
  readonly checkpoint?: Pick<
    CheckpointOptions,
    "track" | "scanWorkers" | "encode" | "transfer" | "resends"
  >;
  /** Parts broken on purpose, to show that the checks notice; never set otherwise. */
  readonly broken?: CompareDefects;
}

/** Defects of comparing that can be switched on one by one. */
export interface CompareDefects {
  /** The primary's packets leave before anybody has compared them. */
  readonly releaseBeforeComparison?: boolean;
  /** A packet that nobody has answered for the whole time-out leaves, too. */
  readonly skipOnTimeout?: boolean;
  /** The list of pages to be sent is without those that the stand-by's machine has written. */
  readonly compositeWithoutSecondary?: boolean;
  /** A stand-in sends all that its machine has sent, with what the primary had sent for it. */
  readonly sendDropped?: boolean;
}

/** Where the two machines' packets are compared. */
export type ComparedAt = "primary" | "stand-by";

/** All settings with their defaults filled in. */
export type CompareSettings = Required<Omit<CompareOptions, "checkpoint">> & {
  readonly checkpoint: CheckpointSettings;
  readonly comparedAt: ComparedAt;
};

/** What a scheme has of its own. */
export type CompareDefaults = Required<
  Pick<CompareOptions, "minimumNs" | "mostNs" | "memory" | "scanNs" | "resumeAt">
> & { readonly comparedAt: ComparedAt };

/**
 * Fills in the defaults.
 *
 * @throws StandinRangeError `COMPARE_OPTION` for a number out of range, and what the settings of checkpoints
 *   and triggers throw; StandinTypeError `PART_NEEDS` for an encoding that the memory setting does not allow.
 */
export function compareSettings(
  options: CompareOptions,
  defaults: CompareDefaults,
): CompareSettings {
  const filled = {
    ...({ thresholdNs: ms(75), similarity: 1, measure: "packets", windowPackets: 64 } as const),
    ...({ timeoutNs: seconds(3), queuePackets: 1_024, releaseOutputAt: "received" } as const),
    ...{ perMiscompare: false, isSequenced: (client: number) => client === CONSOLE_CLIENT },
    protectedMemory: [],
    broken: {},
    ...defaults,
    ...options,
  };
  for (const name of [
    "thresholdNs",
    "windowPackets",
    "timeoutNs",
    "scanNs",
    "queuePackets",
  ] as const) {
    whole(name, filled[name]);
  }
  if (!(filled.similarity >= 0 && filled.similarity <= 1)) {
    refuse("similarity", "a part from 0 to 1", filled.similarity);
  }
  const { minimumNs, mostNs, releaseOutputAt } = filled;
  const checkpoint = checkpointSettings({
    ...options.checkpoint,
    trigger: onRequest({ windowNs: filled.perMiscompare ? 1 : minimumNs, mostNs }),
    apply: afterArrival({ acknowledge: releaseOutputAt === "loaded" ? "applied" : "stored" }),
  });
  if (filled.memory === "composite" && checkpoint.encode.name !== "whole") {
    throw new StandinTypeError(
      "PART_NEEDS",
      `memory "composite" needs whole pages, for the stand-by's machine has written to them, and "${checkpoint.encode.name}" sends differences`,
    );
  }
  return { ...filled, checkpoint };
}

function whole(name: string, value: number): void {
  if (!(Number.isSafeInteger(value) && value >= 1)) refuse(name, "a whole number from 1", value);
}

function refuse(name: string, expected: string, value: number): never {
  throw new StandinRangeError("COMPARE_OPTION", `${name}: expected ${expected}, got ${value}`);
}
