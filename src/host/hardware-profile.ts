import type { Nanoseconds } from "../sim/time.ts";
import type { BitsPerSecond } from "./bandwidth.ts";

/** Speed of a cable, the same in both directions. */
export interface CableProfile {
  /** From the last bit out of one end to the receiver being told at the other. */
  readonly latencyNs: Nanoseconds;
  readonly bandwidthBitsPerSecond: BitsPerSecond;
}

/**
 * What things cost on a host: the only place in the library with costs and speeds. Mechanisms ask it
 * and have no constants of their own. All times are processor time at full share.
 */
export interface HardwareCosts {
  /** Telling a running machine to stop, until it stands at a boundary. Once per epoch. */
  readonly suspendNs: Nanoseconds;
  /** Letting a stopped machine go on. Once per epoch. */
  readonly resumeNs: Nanoseconds;
  /** What stopping costs beside: saving processors and devices. Once per epoch, while stopped. */
  readonly epochFixedNs: Nanoseconds;
  /** Looking at one page's dirty bit. For every page of memory, once per epoch, while stopped. */
  readonly collectPageNs: Nanoseconds;
  /** Clearing one page's dirty bit and watching it again. For every dirty page, while stopped. */
  readonly clearPageNs: Nanoseconds;
  /** Invalidating the processors' cached translations. Once per epoch, while stopped. */
  readonly tlbInvalidateNs: Nanoseconds;
  /** Comparing one page with a shadow copy, where stores cannot be seen. For every page. */
  readonly comparePageNs: Nanoseconds;
  /** Making one page of the machine accessible and copying it. For every dirty page. */
  readonly copyPageNs: Nanoseconds;
  /** Making a message of one page, check value included. */
  readonly encodePageNs: Nanoseconds;
  /** Comparing one page with the copy sent last and making what differs. */
  readonly differencePageNs: Nanoseconds;
  /** Keeping a copy of one page that was sent. */
  readonly keepPageNs: Nanoseconds;
  /** The sender's processor time for one page, beside the time on the wire. */
  readonly sendPageNs: Nanoseconds;
  /** Ending a transfer: state records, the receiver waking up, its answer. Once per epoch. */
  readonly transferFixedNs: Nanoseconds;
  /** Putting one received page into the stand-by machine. */
  readonly applyPageNs: Nanoseconds;
  /** Putting a difference into one page of the stand-by machine. */
  readonly patchPageNs: Nanoseconds;
  /** Comparing a received page with one of the stand-by machine and exchanging what differs. */
  readonly swapPageNs: Nanoseconds;
  /** Writing one page to a disk that is kept busy. Time of the disk, not of a processor. */
  readonly diskWritePageNs: Nanoseconds;
  /** A read of a disk until its first byte is there. Time of the disk, not of a processor. */
  readonly diskReadNs: Nanoseconds;
  /** Each page of such a read. */
  readonly diskReadPageNs: Nanoseconds;
  /** The first write to a watched page, while the machine runs. */
  readonly writeFaultNs: Nanoseconds;
  /** A full dirty ring: leaving the machine, taking the entries out, going back. While it runs. */
  readonly ringStopNs: Nanoseconds;
  /**
   * How much slower a machine runs whose program was instrumented so that each store marks its page, in
   * millionths of its time.
   */
  readonly markedStorePpm: number;
  /** Recording a stretch of a machine, and each input and answer in it. On its virtual processor. */
  readonly recordEventNs: Nanoseconds;
  /** Finding the place of a recorded event in another machine that replays it, and bringing it about. */
  readonly replayEventNs: Nanoseconds;
  /** How much slower a machine runs while it is protected, in millionths of its time. */
  readonly runningPenaltyPpm: number;
  /** Loading the driver that starts protection into a running system, which runs on beside it. */
  readonly driverLoadNs: Nanoseconds;
  /** Writing one page of second-level translation tables, while the machine runs. */
  readonly tablePageNs: Nanoseconds;
  /** Bringing a running system under a monitor, or out of its hands, beside stopping it. While stopped. */
  readonly takeOverNs: Nanoseconds;
  /** Booting a machine from nothing. */
  readonly bootNs: Nanoseconds;
  /** Starting a stand-by machine whose memory is in place. */
  readonly promoteNs: Nanoseconds;
  /** From a host's announcement of an address until the switches know it. */
  readonly announceNs: Nanoseconds;
  /** Delivering one input to a machine. */
  readonly guestCallNs: Nanoseconds;
  /** Copying one packet of a machine to its twin's host, or comparing one with its twin's. */
  readonly comparePacketNs: Nanoseconds;
  /**
   * How much slower a machine runs whose memory is in a pool, in millionths of its time: each access that
   * its processor's caches do not answer takes longer.
   */
  readonly poolPenaltyPpm: number;
  /** A pool giving a page a new frame, when it is written for the first time in an epoch. */
  readonly poolFirstWriteNs: Nanoseconds;
  /** Writing back to a pool what caches hold of one page. For every written page, while stopped. */
  readonly poolFlushPageNs: Nanoseconds;
  /** Between hosts. */
  readonly link: CableProfile;
  /** From a host, or a client, to the switch between them. */
  readonly clientLink: CableProfile;
  /** Between a host and a memory pool. */
  readonly poolLink: CableProfile;
}

/** A kind of host: its costs, and where each of them comes from. */
export interface HardwareProfile extends HardwareCosts {
  readonly name: string;
  /** What is modelled, in one sentence. */
  readonly description: string;
  /** For every cost the publication, computation or estimate behind it. */
  readonly sources: Readonly<Record<keyof HardwareCosts, string>>;
}
