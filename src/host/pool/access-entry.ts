import { assert } from "../../sim/assert.ts";
import type { Nanoseconds } from "../../sim/time.ts";

/** Most hosts that stand by for one machine, or serve it. */
const HOSTS_MAX = 1_024;

/** What became of a request for write access. */
export type TakeVerdict =
  /** The host may write from now on, and nobody else. */
  | "given"
  /** Somebody's lease runs, or the reader may ask first: to be asked again later. */
  | "held"
  /** The term that was asked for is not the next one: something was decided meanwhile. */
  | "stale";

/** How an entry is made. */
export interface AccessEntryOptions {
  /** Who may write at first, in term 1. */
  readonly holder: string;
  /** Who is the first to take over. */
  readonly reader: string;
  /** How long an access keeps the holder its write access, on the pool's clock. */
  readonly leaseNs: Nanoseconds;
  readonly nowNs: Nanoseconds;
  /** Broken on purpose: the term that was given is given again. Never set otherwise. */
  readonly givenTwice?: boolean;
}

/**
 * Who may write a partition: one host and the term in which it got that, changed by test-and-set in the
 * pool. It can be given on when the holder has not been heard for the time of its lease; that is how a
 * dead or isolated holder is found.
 *
 * There is one field for the holder, and every write is compared with it: two hosts that both may write
 * cannot be expressed. Clocks decide only when it changes hands, never whether two hold it.
 *
 * Source: US10275272 (getting write access finds a failed or isolated host, and is the fence).
 */
export class AccessEntry {
  readonly #leaseNs: Nanoseconds;
  readonly #givenTwice: boolean;
  #holder: string;
  /** Which port of the holder's asked; undefined for the first holder, which never did. */
  #session: number | undefined;
  #term = 1;
  /** Whom it was taken from, and how long that one had not been heard. */
  #from = "";
  #fromSilentNs: Nanoseconds = 0;
  /** When the holder was heard last, on the pool's clock. */
  #heldAtNs: Nanoseconds;
  #reader: string | undefined;
  /** When each host was heard last. */
  readonly #heard = new Map<string, Nanoseconds>();

  constructor(options: AccessEntryOptions) {
    const { holder, reader, leaseNs, nowNs, givenTwice = false } = options;
    assert(leaseNs > 0, "a lease lasts");
    assert(holder !== reader, "who writes is not who waits to");
    this.#leaseNs = leaseNs;
    this.#givenTwice = givenTwice;
    this.#holder = holder;
    this.#reader = reader;
    this.#heldAtNs = nowNs;
    this.#heard.set(reader, nowNs);
  }

  /** Who may write. */
  get holder(): string {
    return this.#holder;
  }

  /** Since which term. */
  get term(): number {
    return this.#term;
  }

  /** Whom the holder has taken it from; empty for the first. */
  get from(): string {
    return this.#from;
  }

  /** How long that one had not been heard then. */
  get fromSilentNs(): Nanoseconds {
    return this.#fromSilentNs;
  }

  /** Who has the partition mapped read-only and takes over first; undefined if nobody was appointed. */
  get reader(): string | undefined {
    return this.#reader;
  }

  /** Whether a write of this host, in this term, is accepted. */
  mayWrite(host: string, term: number): boolean {
    return this.#holder === host && this.#term === term;
  }

  /** How long the holder has not been heard. */
  silentNs(nowNs: Nanoseconds): Nanoseconds {
    return nowNs - this.#heldAtNs;
  }

  /** Hosts heard within the time of a lease, the holder not counted, in the order in which they came. */
  present(nowNs: Nanoseconds): readonly string[] {
    return [...this.#heard.keys()].filter((host) => {
      return host !== this.#holder && this.#isPresent(host, nowNs);
    });
  }

  /** The holder was heard: its lease begins again. Returns false, and changes nothing, for anybody else. */
  renew(host: string, term: number, nowNs: Nanoseconds): boolean {
    if (!this.mayWrite(host, term)) return false;
    this.#heldAtNs = nowNs;
    return true;
  }

  /**
   * The test-and-set: gives write access to a host that asks for the next term, if it may have it.
   *
   * @param session Names the asking program: one that was started anew on the holder's host, and remembers
   *   nothing, is not the holder.
   */
  take(host: string, session: number, term: number, nowNs: Nanoseconds): TakeVerdict {
    this.#hear(host, nowNs);
    // The same request again, because the answer was lost: the same answer.
    if (this.mayWrite(host, term) && this.#session === session) return "given";
    const isRepeated = this.#givenTwice && term === this.#term && term > 1;
    if (term !== this.#term + 1 && !isRepeated) return "stale";
    if (!isRepeated && !this.#isFree(host, nowNs)) return "held";
    this.#from = this.#holder;
    this.#fromSilentNs = this.silentNs(nowNs);
    this.#holder = host;
    this.#session = session;
    this.#term = term;
    this.#heldAtNs = nowNs;
    this.#reader = undefined;
    return "given";
  }

  /** The holder says who stands by. Returns false, and changes nothing, for anybody else. */
  appoint(host: string, term: number, reader: string, nowNs: Nanoseconds): boolean {
    if (!this.renew(host, term, nowNs) || reader === host) return false;
    this.#reader = reader;
    return true;
  }

  #isFree(host: string, nowNs: Nanoseconds): boolean {
    if (this.silentNs(nowNs) < this.#leaseNs) return false;
    const reader = this.#reader;
    return reader === undefined || reader === host || !this.#isPresent(reader, nowNs);
  }

  #isPresent(host: string, nowNs: Nanoseconds): boolean {
    const heardAtNs = this.#heard.get(host);
    return heardAtNs !== undefined && nowNs - heardAtNs < this.#leaseNs;
  }

  #hear(host: string, nowNs: Nanoseconds): void {
    assert(
      this.#heard.size < HOSTS_MAX || this.#heard.has(host),
      "the hosts of a machine are bounded",
    );
    this.#heard.set(host, nowNs);
  }
}
