import type { PrimarySide } from "../checkpoint/primary-side.ts";
import type { Release } from "../checkpoint/release/release.ts";
import type { SecondarySide } from "../checkpoint/secondary-side.ts";
import type { Guest } from "../guest/guest.ts";
import type { Shadow } from "../lockstep/shadow.ts";
import type { MemoryDigest } from "../memory/memory-digest.ts";
import type { Process } from "../sim/process.ts";
import type { Signal } from "../sim/signal.ts";

/** A way to keep a secondary ready: what each of the two sides does. */
export interface Scheme {
  /** Name of the scheme, as the command line gives it. */
  readonly name: string;
  /** Streams between the two hosts, 1 to 16. Default 1. */
  readonly streams?: number;
  /**
   * Looks whether it can protect such a machine; asked before anything is changed.
   *
   * @param image Name of the machine's image, for the message.
   * @throws StandinTypeError with one sentence that names the part that cannot, and why.
   */
  expect?(guest: Guest, image: string): void;
  /** When the machine's output leaves. Default `atCommit()`: all of it when its epoch is committed. */
  readonly release?: Release;
  /** Makes the primary's side; called once for each protection. */
  primary(side: PrimarySide): PrimaryReplication;
  /** Makes the secondary's side; called once for each protection. */
  secondary(side: SecondarySide): SecondaryReplication;
}

/** The primary's side of a scheme. */
export interface PrimaryReplication {
  /** Replicates; ends only when the secondary cannot be kept. It may be killed at any wait. */
  run(): Process<"refused">;
  /** Set while {@link run} may be killed for {@link last}. Absent with it. */
  readonly atRest?: Signal;
  /**
   * After {@link run} was killed at rest: brings the machine to a standstill in a state that the secondary
   * has, with all of its output released. Schemes that cannot have none: their machine is stopped where it is.
   */
  last?(): Process<"committed" | "refused">;
  /**
   * True if the machine, once it has come to a standstill, does not go on before the witness has named this
   * host: what the secondary has is only good together with the state in which it stopped. Default false.
   */
  readonly standsUntilNamed?: boolean;
  /** After {@link run} has ended or was killed: gives back what was taken from the machine. */
  end?(): void;
}

/** The secondary's side of a scheme. */
export interface SecondaryReplication {
  /** Receives until it is killed. */
  run(): Process<never>;
  /** After {@link run} was killed: ends all else that runs for it. Schemes with nothing else have none. */
  close?(): void;
  /** After {@link run} was killed: makes the image the last committed state, nothing more or less. */
  settle(): Process;
  /**
   * After {@link settle}, of a scheme that replays a log: the position that the image is at. `undefined`
   * without a log, and where the image is that of a checkpoint whose place in the log is not known.
   */
  readonly position?: number | undefined;
  /** Of a scheme that keeps one: the delayed shadow that it is. */
  readonly shadow?: Shadow | undefined;
  /** After {@link settle}: takes the output that may not have left its primary, in order. */
  takeUnsent?(): readonly Uint8Array[];
  /**
   * After {@link settle}: true if the machine runs already and goes on in its own state, which no image
   * has. Schemes whose stand-by does not run have none.
   */
  readonly runsOn?: boolean;
  /** Digest of what its machine shares with the primary's. Default: of all its memory. */
  readonly digest?: MemoryDigest;
  /** The host serves from now on: what its machine sent while it was silent may be sent. */
  serve?(): void;
  /**
   * True if it may stand in only when its primary hands the machine over: what it has by then is nothing
   * without the primary's host. Default: whenever it has a whole checkpoint.
   */
  readonly onlyIfOffered?: boolean;
  /**
   * Of a machine whose memory is to come after it: brings it to the registers of the image, whatever pages
   * that takes. Schemes with all of its memory have none.
   */
  load?(): Process;
  /** After the host serves: waits until it has all of the machine's memory. */
  whole?(): Process;
}
