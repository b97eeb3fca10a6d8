import { ms, us } from "../../sim/time.ts";
import { gbps } from "../bandwidth.ts";
import type { HardwareProfile } from "../hardware-profile.ts";

/**
 * Copying one page with one core of a 3.2 GHz Pentium 4, cold: 4096 bytes at 2.2 GB/s, which is what
 * its memory's 6.4 GB/s leave for a copy (a read, a read for ownership and a write).
 */
const COPY_NS = 1_850;

/** "Mapping a foreign page costs about as much as copying it" (Remus, NSDI'08). */
const MAP_NS: number = COPY_NS;

/**
 * The machines of Remus (Cully et al., NSDI'08): 3.2 GHz Pentium 4, Xen 3, gigabit Ethernet for
 * replication. The parameters mean something physical each; together they reproduce the paper's
 * figure of checkpoint times (see `pauseNs` and `transferNs`) for a 512 MB machine.
 */
export const remus2008: HardwareProfile = {
  name: "remus2008",
  description: "a 3.2 GHz Pentium 4 of 2008, Xen 3 with shadow paging, gigabit Ethernet",

  suspendNs: us(100),
  resumeNs: us(50),
  epochFixedNs: us(300),
  collectPageNs: 1,
  clearPageNs: 33,
  tlbInvalidateNs: us(5),
  comparePageNs: 3_700,
  copyPageNs: MAP_NS + COPY_NS,
  encodePageNs: 2_000,
  differencePageNs: us(6),
  keepPageNs: us(2),
  sendPageNs: us(18),
  transferFixedNs: us(350),
  applyPageNs: COPY_NS,
  patchPageNs: 4_500,
  swapPageNs: 3_700 + COPY_NS,
  diskWritePageNs: us(100),
  diskReadNs: us(12_500),
  diskReadPageNs: us(65),
  writeFaultNs: us(3),
  ringStopNs: us(20),
  markedStorePpm: 150_000,
  recordEventNs: 3_000,
  replayEventNs: 6_000,
  runningPenaltyPpm: 250_000,
  driverLoadNs: ms(10),
  tablePageNs: 2_500,
  takeOverNs: us(150),
  bootNs: ms(10_000),
  promoteNs: ms(700),
  announceNs: ms(10),
  guestCallNs: us(15),
  comparePacketNs: us(10),
  poolPenaltyPpm: 1_000_000,
  poolFirstWriteNs: 3_700,
  poolFlushPageNs: 4_100,
  link: { latencyNs: us(100), bandwidthBitsPerSecond: gbps(1) },
  clientLink: { latencyNs: us(100), bandwidthBitsPerSecond: gbps(1) },
  poolLink: { latencyNs: us(3), bandwidthBitsPerSecond: gbps(8) },

  sources: {
    suspendNs: "Remus, NSDI'08: suspend signalling through an event channel, about 100 us",
    resumeNs: "estimate: one hypercall and the guest's drivers reconnecting nothing",
    epochFixedNs:
      "computed: what is left of 0.59 ms suspended for one dirty page (Remus, NSDI'08) after the other parts; processor context, device state and daemons",
    collectPageNs:
      "estimate: copying out the dirty bitmap and testing each bit of it, about 3 cycles a page",
    clearPageNs: "QEMU COLO: clearing the dirty bitmap one page at a time, 33 ns",
    tlbInvalidateNs:
      "estimate: dropping the translations of two processors and taking shadows back",
    comparePageNs: "computed: two pages read, twice the memory traffic of half a copy",
    copyPageNs:
      "Remus, NSDI'08: mapping a foreign page costs about as much as copying it; computed: 4096 bytes at 2.2 GB/s take 1.85 us, twice that is 3.7 us",
    encodePageNs: "computed: one more copy, into the message",
    differencePageNs:
      "computed: as comparePageNs, and what differs written run by run, about two thirds as much again",
    keepPageNs: "computed: one copy",
    sendPageNs:
      "estimate: a cycle for each bit (Foong et al., ISPASS'03) is 10 us a page at 3.2 GHz, domain 0 and its interrupts add most of as much again",
    transferFixedNs:
      "computed: what is left of 0.60 ms transmitting for one dirty page (Remus, NSDI'08) after the round trip and the page",
    applyPageNs: "computed: one copy",
    patchPageNs:
      "computed: one copy of 1.85 us, and two cycles at 3.2 GHz for each byte that is decoded, 2.6 us",
    swapPageNs:
      "computed: comparePageNs, then what differs written on both sides: for half a page one copy",
    diskWritePageNs: "estimate: a disk of 2008 behind a write cache, sorted writes at 40 MB/s",
    diskReadNs: "estimate: a disk of 7,200 rpm, 8.5 ms of seeking and half a turn, 4.2 ms",
    diskReadPageNs: "estimate: the same disk reads on at 60 MB/s",
    writeFaultNs: "estimate: a trap into the hypervisor and its shadow paging, about 10,000 cycles",
    ringStopNs:
      "estimate: as writeFaultNs, and a switch to user space and back with a few system calls",
    markedStorePpm:
      "estimate: twice what is measured on a processor of today, for a narrower one with fewer store buffers",
    recordEventNs:
      "estimate: as writeFaultNs; at the 10,000 events/s of a kernel build it makes 3 %, of the 5 % that VMware FT (2010) lost",
    replayEventNs:
      "estimate: as recordEventNs, and a branch counter that overflows early with some single steps (ReVirt, OSDI'02)",
    runningPenaltyPpm:
      "computed: a kernel build at 10 checkpoints/s takes 1.31 times as long (Remus, NSDI'08), of which pauses explain 4 %; the rest is write faults and the replication competing for the processor",
    driverLoadNs: "estimate: as on later machines, five times slower",
    tablePageNs:
      "estimate: nested paging came later; a shadow table's page of 512 entries made at 5 ns each",
    takeOverNs:
      "estimate: as on later machines, with entries and exits of thousands of cycles, about four times slower",
    bootNs: "estimate: a Linux of 2008 from power-on to its services",
    promoteNs:
      "computed: failover takes about 1 s with detection (Remus, NSDI'08), detection a few missed checkpoints",
    announceNs: "estimate: a gratuitous ARP sent by user space",
    guestCallNs: "estimate: an event channel, the split network driver and one copy",
    comparePacketNs:
      "estimate: two copies of a packet and a comparison, about 30,000 cycles with what switching to the thread costs",
    poolPenaltyPpm:
      "estimate: nobody had such a pool; loads over an interconnect of the time, some microseconds each where caches do not answer, halve the speed at best",
    poolFirstWriteNs: "computed: two copies of a page, as copyPageNs",
    poolFlushPageNs: "computed: 4096 bytes at 8 Gbit/s",
    link: "Remus, NSDI'08: gigabit Ethernet; latency is an estimate with interrupt moderation at both ends",
    clientLink: "as link",
    poolLink: "estimate: InfiniBand of four single-rate lanes, 8 Gbit/s of data",
  },
};
