import type { Profile } from "../../guest/profile.ts";
import type { Host } from "../../host/host.ts";
import { expectWhole } from "../../sim/expect-whole.ts";
import { ms, type Nanoseconds } from "../../sim/time.ts";
import type { Scheme } from "../scheme.ts";

/** A host that a machine is to be duplicated to. */
export interface DuplicateTarget {
  readonly host: Host;
  /**
   * Who the duplicate is to be; put into the host's protected memory before anything else. Default: the
   * profile that lies there already, under the source's name.
   */
  readonly profile?: Profile;
  /** Bytes of memory that the host has for the duplicate. Default: enough. */
  readonly roomBytes?: number;
}

/** How a machine is duplicated. */
export interface DuplicateOptions {
  /** Where to, 1 to 16 hosts. All get the same state, from one copy of it. */
  readonly targets: readonly DuplicateTarget[];
  /** After so long without a word from the other side either side gives up. Default 500 ms. */
  readonly patience?: Nanoseconds;
  /** How the duplicates are protected when somebody asks for it. Default: as the source. */
  readonly scheme?: Scheme;
  /** Parts broken on purpose, to show that the checks notice; never set otherwise. */
  readonly broken?: DuplicationDefects;
}

/** Defects of duplication that can be switched on one by one. */
export interface DuplicationDefects {
  /** The source sends the pages of the protected range, and targets take them. */
  readonly profileOverwritten?: boolean;
  /** A target resumes the machine as it came, and looks for the profile when it runs. */
  readonly resumedUnconfigured?: boolean;
  /** Nobody looks whether all drivers can be duplicated, nor who the machine is that comes out of it. */
  readonly driverIgnored?: boolean;
  /** There is no one copy: what each target is sent is as it is when it is sent. */
  readonly copiedWhileRunning?: boolean;
}

/** Most targets of one duplication. */
export const TARGETS_MAX = 16;

const PATIENCE_DEFAULT_NS: Nanoseconds = ms(500);

/** @throws StandinRangeError `PATIENCE` unless a whole number of at least 1 ms. */
export function expectPatience(patience: Nanoseconds = PATIENCE_DEFAULT_NS): Nanoseconds {
  expectWhole("PATIENCE", "patience", patience, ms(1));
  return patience;
}
