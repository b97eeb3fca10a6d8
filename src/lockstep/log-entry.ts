/** Longest input that an entry is believed to carry. */
export const INPUT_BYTES_MAX = 65_535;

/** Most bytes of one read of a disk that an entry is believed to carry. */
export const DISK_READ_BYTES_MAX = 524_288;

/** What the clock or the random source answered within a stretch. */
export interface NumberAnswer {
  readonly service: "clock" | "random";
  /** A time in whole nanoseconds, which may be negative, or 32 bits. */
  readonly value: number;
}

/** What was read from the machine's disk, where reads are logged. */
export interface DiskAnswer {
  readonly service: "disk";
  /** Nobody changes them. */
  readonly bytes: Uint8Array;
}

/** What a service of the machine answered within a stretch. */
export type Answer = NumberAnswer | DiskAnswer;

/**
 * One stretch of a machine's execution, from one boundary to the next, with everything that the machine did
 * not work out by itself. Where it ends is told by the guest's own time and, where it counts them, by the
 * instructions that it began (ReVirt, OSDI'02: an event is placed by what was executed before it).
 *
 * When devices inside the machine do something, a timer or a disk that completes a request, needs no entry: it
 * follows from the instructions. What a disk reads is an answer, where reads are logged.
 */
export interface StretchEntry {
  readonly type: "stretch";
  /** The packet that was delivered at its beginning, if one was. */
  readonly input?: Uint8Array | undefined;
  /** What services answered, in order. */
  readonly answers: readonly Answer[];
  /** The guest's own time that it took. */
  readonly usedNs: number;
  readonly boundary: "idle" | "budget";
  /** Instructions begun within it; 0 where the guest does not count them. */
  readonly instructions: number;
  /** Over the machine's registers at its end and all that it sent: {@link stretchCheck}. */
  readonly check: number;
}

/** The machine stood still in the state of a checkpoint: what comes later is to be replayed from that. */
export interface MarkEntry {
  readonly type: "mark";
  /** Number of the checkpoint, in the term of the log. */
  readonly epoch: number;
}

/**
 * What a log holds. Entries are numbered from 1 in each term, and this number is a position in the
 * machine's execution.
 */
export type LogEntry = StretchEntry | MarkEntry;

/** Bytes of memory that an entry is counted with where a log is bounded. */
export function entryBytes(entry: LogEntry): number {
  if (entry.type === "mark") return 8;
  return 24 + (entry.input?.length ?? 0) + 9 * entry.answers.length + diskBytes(entry);
}

/** Bytes of a stretch that its disk has read, where reads are logged. */
export function diskBytes({ answers }: StretchEntry): number {
  let bytes = 0;
  for (const answer of answers) if (answer.service === "disk") bytes += answer.bytes.length;
  return bytes;
}
