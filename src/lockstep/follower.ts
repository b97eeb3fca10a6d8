import type { SecondarySide } from "../checkpoint/secondary-side.ts";
import { stateDigest } from "../checkpoint/state-digest.ts";
import { decodePacket } from "../guest/packet.ts";
import { PAGE_SIZE } from "../memory/page.ts";
import { assert } from "../sim/assert.ts";
import { type Process, sleep } from "../sim/process.ts";
import type { Nanoseconds } from "../sim/time.ts";
import { diskWaitNs } from "./disk-reads.ts";
import { diskBytes, type StretchEntry } from "./log-entry.ts";
import type { LogStore } from "./log-store.ts";
import { DIGEST_POSITIONS } from "./machine-log.ts";
import type { LogSettings } from "./options.ts";
import type { LockstepRecord } from "./records.ts";
import { Replayer } from "./replayer.ts";
import { UnsentOutput } from "./unsent-output.ts";

/**
 * The machine that replays a log, from the checkpoint that its memory holds, and pays for it. Its network
 * card is silent: what it sends is compared, by its check value, with what the log says, and kept only as
 * far as the primary may not have sent it.
 */
export class Follower {
  readonly unsent: UnsentOutput = new UnsentOutput();
  readonly #side: SecondarySide;
  readonly #store: LogStore;
  readonly #replayer: Replayer;
  /** Only for the broken variant that forgets entries too early. */
  readonly #mayHaveGap: boolean;
  /** The checkpoint that it began from; `undefined` before it has. */
  #epoch: number | undefined;
  /** Replayed up to here; `undefined` while the checkpoint's place in the log is not known. */
  #position: number | undefined;
  #entries = 0;

  constructor(side: SecondarySide, store: LogStore, settings: LogSettings) {
    const { diskReads, broken } = settings;
    this.#side = side;
    this.#store = store;
    this.#mayHaveGap = broken.cutBeforeCommit === true;
    this.#replayer = new Replayer(side.vm, { diskReads, broken });
  }

  /** Position up to which it has replayed, `undefined` while it does not know where it is. */
  get position(): number | undefined {
    return this.#position;
  }

  /** The checkpoint that it began from, `undefined` while there is none. */
  get epoch(): number | undefined {
    return this.#epoch;
  }

  /** Memory holds all of the image's checkpoint: from here on it is replayed from. No time passes. */
  begin(): void {
    const { image, vm } = this.#side;
    assert(image.complete && image.unappliedCount === 0, "what is replayed from is whole");
    vm.guest.loadRegisters(image.registers);
    this.#epoch = image.epoch;
    this.#position = undefined;
  }

  /** It is in no state that the primary ever had; nothing is replayed until it begins again. */
  stop(): void {
    this.#epoch = undefined;
    this.#position = undefined;
  }

  /** True if there is an entry that it has not replayed. */
  hasNext(): boolean {
    if (this.#epoch === undefined) return false;
    this.#position ??= this.#store.markOf(this.#epoch);
    return this.#position !== undefined && this.next <= this.#store.log.last;
  }

  /** Position of the next entry. */
  get next(): number {
    assert(this.#position !== undefined, "only who knows where it is goes on");
    const next = this.#position + 1;
    const { first } = this.#store.log;
    assert(first <= next || this.#mayHaveGap, "nothing is missing between checkpoint and log");
    return Math.max(next, first);
  }

  /**
   * Replays the next entry. Its work is done at once, and paid for afterwards.
   *
   * @returns In what the machine did something else than the primary, if it did.
   */
  *replayNext(): Process<string | undefined> {
    const position = this.next;
    const entry = this.#store.log.at(position);
    assert(entry !== undefined, "what is replayed next is kept");
    const replayed = entry.type === "mark" ? undefined : this.#replay(position, entry);
    const divergence = replayed?.divergence;
    this.#position = position;
    this.#store.drop(position);
    if (divergence === undefined) this.#store.replayed = position;
    if (entry.type === "stretch") yield* this.#pay(entry, replayed?.diskNs ?? 0);
    if (divergence === undefined) return undefined;
    const { processorCount: processors = 1 } = this.#side.vm.guest;
    yield* this.#side.engine.announce<LockstepRecord>({
      kind: "replay.diverged",
      reason: divergence,
      ...(processors > 1 ? { processors } : {}),
      ...this.#store.at(position),
    });
    return divergence;
  }

  /**
   * Replays the next entry by hand: at once, outside of virtual time, and nothing is told or kept.
   *
   * @returns The position, what the machine was given and what it sent there.
   */
  step(): { position: number; input: Uint8Array | undefined; sent: readonly Uint8Array[] } {
    const position = this.next;
    const entry = this.#store.log.at(position);
    assert(entry !== undefined, "what is replayed next is kept");
    this.#position = position;
    if (entry.type === "mark") return { position, input: undefined, sent: [] };
    return { position, input: entry.input, sent: this.#replayer.replay(entry).sent };
  }

  /** The log is over: the image goes on from what was replayed. */
  *finish(): Process {
    const { engine, image, vm } = this.#side;
    image.moveOn(vm.guest.saveRegisters());
    const position = this.#position ?? 0;
    yield* engine.announce<LockstepRecord>({
      kind: "replay.finished",
      entries: this.#entries,
      ...this.#store.at(position),
    });
  }

  #replay(
    position: number,
    entry: StretchEntry,
  ): { divergence: string | undefined; diskNs: Nanoseconds } {
    const { engine, host, vm, digest } = this.#side;
    const at = this.#store.at(position);
    this.#entries += 1;
    const request = entry.input && decodePacket(entry.input);
    if (request !== undefined) {
      const { client, number } = request;
      engine.trace.emit<LockstepRecord>({ kind: "request.replayed", client, number, ...at });
    }
    const { sent, divergence, ownReads } = this.#replayer.replay(entry);
    this.unsent.released(this.#store.released);
    if (position > this.#store.released) this.unsent.add(position, sent);
    if (divergence === undefined && position % DIGEST_POSITIONS === 0) {
      const state = stateDigest(digest, vm.guest.saveRegisters());
      engine.trace.emit<LockstepRecord>({ kind: "stretch.replayed", digest: state, ...at });
    }
    return { divergence, diskNs: diskWaitNs(ownReads, host.profile) };
  }

  /** @param diskNs For which it waits for its own disk beside what the guest did. */
  *#pay(entry: StretchEntry, diskNs: Nanoseconds): Process {
    const { input, answers, usedNs } = entry;
    const { host } = this.#side;
    const { guestCallNs, replayEventNs, applyPageNs } = host.profile;
    const inputs = input === undefined ? 0 : 1;
    const events = 1 + inputs + answers.length;
    const putNs = Math.ceil((diskBytes(entry) * applyPageNs) / PAGE_SIZE);
    yield* host.compute(usedNs + inputs * guestCallNs + events * replayEventNs + putNs);
    if (diskNs > 0) yield* sleep(diskNs);
  }
}
