import { StandinRangeError } from "../sim/errors.ts";
import { expectWhole } from "../sim/expect-whole.ts";
import { ms, type Nanoseconds, seconds } from "../sim/time.ts";
import type { DiskReads } from "./disk-reads.ts";
import type { RecorderDefects } from "./recorder.ts";
import type { ReplayerDefects } from "./replayer.ts";

/** Settings of a log that is shipped to a secondary. */
export interface LogOptions {
  /**
   * Bytes of entries that the secondary has not acknowledged; with more the machine's processor stands still
   * (VMware FT, 2010). At least 4 KiB. Default 4 MiB.
   */
  readonly bufferBytes?: number;
  /** Bytes of entries that the secondary keeps before it takes no more. At least 4 KiB. Default 64 MiB. */
  readonly storeBytes?: number;
  /**
   * Where the replay gets what the machine reads from its disk: `"logged"`, from the log, or `"own"`, from the
   * disk of the secondary, which holds the same. Both hosts do the same. VMware FT (2010) logs reads unless told
   * otherwise; here the default is `"own"`: a machine's disk is copied with its memory and kept by the replay, so
   * that the secondary always has one to read.
   */
  readonly diskReads?: DiskReads;
  /** Parts broken on purpose, to show that the checks notice; never set otherwise. */
  readonly broken?: LogDefects;
}

/** Settings of a secondary that replays the log as it comes. */
export interface FollowOptions extends LogOptions {
  /**
   * How far the secondary may lag behind; beyond it the primary's share of the processor is cut, a twentieth
   * at a time, and given back when the lag is half of it (VMware FT, 2010). Default 1 s.
   */
  readonly lagMost?: Nanoseconds;
  /** From one look at the lag to the next. Default 100 ms. */
  readonly lagCheck?: Nanoseconds;
}

/** Defects that can be switched on one by one. */
export interface LogDefects extends RecorderDefects, ReplayerDefects {
  /** Output leaves when its stretch is over, whether or not the secondary has the log. */
  readonly releaseBeforeStored?: boolean;
  /** Entries before a checkpoint are forgotten when it is announced, not when it is committed. */
  readonly cutBeforeCommit?: boolean;
  /** A shadow goes on after an error was reported. */
  readonly fedAfterError?: boolean;
}

/** All settings with their defaults filled in. */
export type LogSettings = Required<FollowOptions>;

const BYTES_MIN = 4_096;

const DISK_READS: readonly string[] = ["logged", "own"] satisfies readonly DiskReads[];

/**
 * Fills in the defaults.
 *
 * @throws StandinRangeError `LOG_OPTION` for a number that is not whole or too small, or reads of a disk that are
 *   neither logged nor its own.
 */
export function logSettings(options: FollowOptions): LogSettings {
  const {
    bufferBytes = 4 * 1_024 * 1_024,
    storeBytes = 64 * 1_024 * 1_024,
    diskReads = "own",
    lagMost = seconds(1),
    lagCheck = ms(100),
    broken = {},
  } = options;
  expectWhole("LOG_OPTION", "bufferBytes", bufferBytes, BYTES_MIN);
  expectWhole("LOG_OPTION", "storeBytes", storeBytes, BYTES_MIN);
  expectWhole("LOG_OPTION", "lagMost", lagMost, 1);
  expectWhole("LOG_OPTION", "lagCheck", lagCheck, 1);
  if (!DISK_READS.includes(diskReads)) {
    throw new StandinRangeError(
      "LOG_OPTION",
      `diskReads: expected ${DISK_READS.join(" or ")}, got ${diskReads}`,
    );
  }
  return { bufferBytes, storeBytes, diskReads, lagMost, lagCheck, broken };
}
