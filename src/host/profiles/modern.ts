import { ms, us } from "../../sim/time.ts";
import { gbps } from "../bandwidth.ts";
import type { HardwareProfile } from "../hardware-profile.ts";

/**
 * A server of the 2020s with nested paging and 10 Gbit/s between hosts. Where no publication gives a
 * value the source says that it is an estimate, and of what.
 */
export const modern: HardwareProfile = {
  name: "modern",
  description: "a two-socket server of the 2020s, KVM with nested paging, 10 Gbit/s between hosts",

  suspendNs: us(20),
  resumeNs: us(10),
  epochFixedNs: us(50),
  collectPageNs: 1,
  clearPageNs: 33,
  tlbInvalidateNs: us(4),
  comparePageNs: 600,
  copyPageNs: 400,
  encodePageNs: 500,
  differencePageNs: 900,
  keepPageNs: 200,
  sendPageNs: 1_300,
  transferFixedNs: us(20),
  applyPageNs: 400,
  patchPageNs: 450,
  swapPageNs: 1_000,
  diskWritePageNs: us(10),
  diskReadNs: us(80),
  diskReadPageNs: 1_300,
  writeFaultNs: 1_500,
  ringStopNs: us(5),
  markedStorePpm: 80_000,
  recordEventNs: 1_000,
  replayEventNs: 2_000,
  runningPenaltyPpm: 30_000,
  driverLoadNs: ms(2),
  tablePageNs: 600,
  takeOverNs: us(40),
  bootNs: ms(125),
  promoteNs: ms(5),
  announceNs: ms(1),
  guestCallNs: us(3),
  comparePacketNs: us(2),
  poolPenaltyPpm: 100_000,
  poolFirstWriteNs: 500,
  poolFlushPageNs: 130,
  link: { latencyNs: us(25), bandwidthBitsPerSecond: gbps(10) },
  clientLink: { latencyNs: us(50), bandwidthBitsPerSecond: gbps(1) },
  poolLink: { latencyNs: us(1), bandwidthBitsPerSecond: gbps(256) },

  sources: {
    suspendNs:
      "estimate: an inter-processor interrupt, an exit of each virtual processor and a thread waking up",
    resumeNs: "estimate: waking one thread for each virtual processor",
    epochFixedNs:
      "estimate: reading registers and a few devices, some tens of system calls; fits the 400 us epochs (2,500 checkpoints/s) that Stratus reports",
    collectPageNs:
      "computed: 8 bytes of second-level entry for each page, read in order at 10 GB/s, take 0.8 ns",
    clearPageNs:
      "QEMU COLO: clearing the dirty bitmap one page at a time, 33 ns (2.6 ns by ranges)",
    tlbInvalidateNs:
      "Amit, USENIX ATC'17: a shootdown takes microseconds; estimate within that: 4 us",
    comparePageNs: "computed: two pages read at 14 GB/s by one core",
    copyPageNs: "computed: one page read and written at 10 GB/s by one core",
    encodePageNs: "computed: a check value over one page at 8 GB/s",
    differencePageNs:
      "computed: two pages read at 14 GB/s by one core, 0.6 us, and what differs written run by run, about half as much again",
    keepPageNs: "computed: one page copied at 20 GB/s within the caches of one core",
    sendPageNs:
      "computed from Firecracker's SPECIFICATION: one core moves 25 Gbit/s, so 4 KiB take 1.31 us of it",
    transferFixedNs: "estimate: two threads waking up, one at each end, and a few small messages",
    applyPageNs: "as copyPageNs",
    patchPageNs:
      "computed: reading and patching one page: copyPageNs, and a few words put in at a nanosecond each",
    swapPageNs:
      "computed: comparePageNs, then what differs written on both sides: for half a page as much as copyPageNs",
    diskWritePageNs:
      "estimate: a data-centre NVMe drive with a full queue, about 100,000 random writes of 4 KiB a second",
    diskReadNs:
      "estimate: a data-centre NVMe drive, a random read of 4 KiB with nothing else to do, about 80 us",
    diskReadPageNs: "estimate: the same drive reads large pieces at about 3 GB/s",
    writeFaultNs:
      "computed from exit and entry of 1,376 cycles (measured for KVM, LKML, December 2020) and about as much again in the handler, at 2 GHz",
    ringStopNs:
      "estimate: an exit to user space with its system calls, about 5 us, before the entries themselves",
    markedStorePpm:
      "measured here on SQLite (npm run bench -- instrument): 1.03 to 1.11 times slower; the middle",
    recordEventNs:
      "estimate: an exit with its entry, 0.7 us (as writeFaultNs without its handler), and an entry of some ten bytes in a ring",
    replayEventNs:
      "estimate: as recordEventNs, and a counter set to stop the processor at the recorded place, with a few single steps",
    runningPenaltyPpm:
      "estimate: writes to watched pages and colder caches; whole-system overheads published for 2010s systems (NiLiCon 19-67 %) contain pauses and faults, which are charged separately",
    driverLoadNs:
      "estimate: a module of some hundred kilobytes read from memory, linked and started",
    tablePageNs:
      "computed: 512 entries of 8 bytes made at about a nanosecond each, and the page zeroed before",
    takeOverNs:
      "estimate: some 150 fields of a control block written at about 50 ns each, a few dozen registers of the system read, the processor's virtualization switched on and entered, on each processor at once",
    bootNs: "Firecracker's SPECIFICATION: at most 125 ms from start to the guest's first process",
    promoteNs: "estimate: connecting devices and starting processors; memory is in place",
    announceNs: "estimate: one gratuitous ARP through two switches and the host's own queue",
    guestCallNs: "estimate: an interrupt into the guest and its driver taking one packet",
    comparePacketNs:
      "estimate: a copy of a packet, a look-up of its connection and a comparison by a thread that is awake: less than guestCallNs, which wakes one",
    poolPenaltyPpm:
      "estimate after Pond (ASPLOS'23): a pool of 8 to 16 sockets adds 70 to 90 ns to an access, about as much again; of 158 workloads whose memory is all in it most lose more than 5 %, almost a quarter more than 25 %",
    poolFirstWriteNs:
      "computed: one page copied within the pool at 10 GB/s, as copyPageNs, and an entry of its page table",
    poolFlushPageNs:
      "computed: 4096 bytes over a link of 32 GB/s take 128 ns; an upper bound, as if caches still held every page that was written",
    link: "10 Gbit/s Ethernet; latency is an estimate of two kernel network stacks and one switch",
    clientLink:
      "clients on 1 Gbit/s, as in VMware FT (2010); latency is an estimate of half a room's network, Firecracker's virtual card adding 60 us on average",
    poolLink:
      "CXL 2.0 over eight lanes of PCIe 5.0, 32 GB/s; latency is an estimate of a command to the pool's controller, several times that of a load",
  },
};
