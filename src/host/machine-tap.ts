import type { GuestRun } from "../guest/guest.ts";
import type { Process } from "../sim/process.ts";

/**
 * Who is told of everything that a running machine does not work out by itself, in the order in which it
 * happens: what it takes in, what its services answer, where its stretches end. With that another machine
 * can be made to do the same (record and replay; ReVirt, OSDI'02; VMware FT, 2010).
 */
export interface MachineTap {
  /** A packet is about to be given to the guest. The bytes are the machine's: they are not changed. */
  delivered(packet: Uint8Array): void;
  /** The guest has read the clock. */
  clockRead(value: number): void;
  /** The guest has drawn 32 random bits. */
  randomDrawn(value: number): void;
  /** The guest's disk has read these bytes. Nobody changes them. */
  diskRead(bytes: Uint8Array): void;
  /**
   * A stretch is over and the time that it used has passed; what it sent leaves right after this.
   *
   * @param sent What it sent, in order; an array that changes afterwards, of packets that do not.
   */
  ran(run: GuestRun, sent: readonly Uint8Array[]): void;
  /**
   * What the virtual processor does at the boundary, after the output of the stretch has left and before it
   * looks whether it is to stop; nothing if there is none.
   */
  exit(): Process | undefined;
}
