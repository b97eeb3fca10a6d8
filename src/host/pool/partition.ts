import { PAGE_SIZE } from "../../memory/page.ts";
import { assert } from "../../sim/assert.ts";
import type { AccessEntry } from "./access-entry.ts";

/** What a machine can go on from: all its pages that are not zero, its registers and devices. */
export interface MachineVersion {
  /** The term and epoch of which it is the end. */
  readonly term: number;
  readonly epoch: number;
  /** The host that has written it. */
  readonly writer: string;
  /** Pages that exist of each region. */
  readonly regionPages: readonly number[];
  readonly registers: Uint8Array;
  /** Frames of the pool by page number; what is absent is zero. Not to be changed. */
  readonly pages: ReadonlyMap<number, Uint8Array>;
}

/** What was written since: pages by number, and at the end of an epoch the registers, too. */
export interface EpochWrites {
  readonly pages: ReadonlyMap<number, Uint8Array>;
  readonly end?: { readonly regionPages: readonly number[]; readonly registers: Uint8Array };
}

/** What became of a request to flip the root. */
export type FlipVerdict =
  /** The version that was written is the committed one now. */
  | "flipped"
  /** It was already: the same request again. */
  | "repeated"
  /** There is nothing complete to flip to. */
  | "incomplete";

/** Defects of a pool that can be switched on to show that the checks notice. */
export interface PoolDefects {
  /** Write access of a term that was given is given to the next who asks for it, too. */
  readonly accessGivenTwice?: boolean;
  /** What a host writes is accepted although its term is over. */
  readonly staleWriteAccepted?: boolean;
  /** Who takes over is given the pages written since the last commit, with the registers of it. */
  readonly uncommittedVersion?: boolean;
}

/** What a partition is made of. */
export interface PartitionOptions {
  readonly machine: string;
  readonly access: AccessEntry;
  /** The committed version at first. The partition keeps it. */
  readonly first: MachineVersion;
  readonly bytes: number;
  readonly broken?: PoolDefects;
}

/**
 * A machine's memory in a pool, in two versions: the committed one, and the pages written since. The pool
 * gives a page a new frame when it is written for the first time in an epoch, so that the committed one
 * stays as it is. Which version is the committed one is said by one root, and flipping it is one step: a
 * writer that dies at any moment leaves memory that is ahead of its last registers, and nobody goes on
 * from that.
 */
export class Partition {
  readonly machine: string;
  readonly access: AccessEntry;
  /** Reserved in the pool: both versions of all the pages that the machine may come to have. */
  readonly bytes: number;
  readonly broken: PoolDefects;
  #root: Omit<MachineVersion, "pages">;
  readonly #frames: Map<number, Uint8Array>;
  /** Frames of pages written since the last flip. */
  readonly #fresh = new Map<number, Uint8Array>();
  #end: EpochWrites["end"];

  constructor({ machine, access, first, bytes, broken = {} }: PartitionOptions) {
    const { pages, ...root } = first;
    this.machine = machine;
    this.access = access;
    this.bytes = bytes;
    this.broken = broken;
    this.#root = root;
    this.#frames = new Map(pages);
  }

  /** Frames in use: those of the committed version and those written since. */
  get frameCount(): number {
    return this.#frames.size + this.#fresh.size;
  }

  /** Pages written since the last flip. */
  get freshCount(): number {
    return this.#fresh.size;
  }

  /** The committed version. */
  get committed(): MachineVersion {
    const pages = this.broken.uncommittedVersion
      ? new Map([...this.#frames, ...this.#fresh])
      : this.#frames;
    return { ...this.#root, pages };
  }

  /**
   * Takes in what a host has written. Whether it may is looked at for every write.
   *
   * @param writes Its pages are kept: one page each, whose bytes nobody changes any more.
   * @returns False, and changes nothing, if the host may not write, or no longer.
   */
  write(host: string, term: number, writes: EpochWrites): boolean {
    if (!this.mayWrite(host, term)) return false;
    for (const [page, frame] of writes.pages) {
      assert(frame.length === PAGE_SIZE, "a frame is one page");
      this.#fresh.set(page, frame);
    }
    this.#end = writes.end;
    return true;
  }

  /** Whether a write of this host, in this term, is accepted. */
  mayWrite(host: string, term: number): boolean {
    if (this.broken.staleWriteAccepted && term < this.access.term) return true;
    return this.access.mayWrite(host, term);
  }

  /** Makes what was written the committed version: the pages since the last flip, and the registers. */
  flip(writer: string, term: number, epoch: number): FlipVerdict {
    if (term === this.#root.term && epoch <= this.#root.epoch) return "repeated";
    const end = this.#end;
    if (end === undefined) return "incomplete";
    for (const [page, frame] of this.#fresh) this.#frames.set(page, frame);
    this.#root = { term, epoch, writer, ...end };
    this.discard();
    return "flipped";
  }

  /** Forgets what was written since the last flip: a successor goes on from the committed version. */
  discard(): void {
    this.#fresh.clear();
    this.#end = undefined;
    assert(this.#frames.size * PAGE_SIZE <= this.bytes, "a partition keeps to what it reserved");
  }
}
