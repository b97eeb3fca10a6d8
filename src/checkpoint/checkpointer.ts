import { chooseTracker } from "../memory/choose-tracker.ts";
import { PAGE_SIZE } from "../memory/page.ts";
import { PageSet } from "../memory/page-set.ts";
import type { DirtyTracker } from "../memory/tracker.ts";
import { assert } from "../sim/assert.ts";
import type { Process } from "../sim/process.ts";
import type { Nanoseconds } from "../sim/time.ts";
import type { PageEncoder } from "./encode/page-encoder.ts";
import { chainCheck, decodeMessage, encodeCommit, encodeGroup } from "./message.ts";
import type { CheckpointSettings } from "./options.ts";
import { GROUP_PAGES_MAX, type PageCopy } from "./page-group.ts";
import type { PrimarySide } from "./primary-side.ts";
import type { CheckpointRecord } from "./records.ts";
import { stateDigest } from "./state-digest.ts";
import type { TriggerContext } from "./trigger/trigger.ts";

type Kind = CheckpointRecord["kind"];

/**
 * The primary's part of periodic checkpoints.
 *
 * Source: Remus (Cully et al., NSDI'08), section 3: whole-system checkpoints at a high rate, the
 * machine going on while the last one is sent (speculative execution), its output held until the
 * secondary has it. The first copy of memory is made as in live migration (Clark et al., NSDI'05).
 */
export class Checkpointer {
  readonly #side: PrimarySide;
  readonly #settings: CheckpointSettings;
  readonly #tracker: DirtyTracker;
  readonly #encoder: PageEncoder;
  /** Pages to send with the coming checkpoint. */
  readonly #dirty = new PageSet();
  #epoch = 1;
  #startedAtNs: Nanoseconds = 0;
  #tookNs: Nanoseconds = 0;
  /** What was sent of the current checkpoint, kept until it is acknowledged. */
  #messages: Uint8Array[] = [];
  #checks: number[] = [];
  #pagesSent = 0;
  /** Only for the broken variant that sends them late. */
  #previousRegisters: Uint8Array | undefined;

  constructor(side: PrimarySide, settings: CheckpointSettings) {
    this.#side = side;
    this.#settings = settings;
    this.#encoder = settings.encode.createEncoder();
    this.#tracker = chooseTracker(side.vm.guest.memory, settings.track, {
      invalidate: !settings.broken.noTlbInvalidate,
      ...(settings.scanWorkers > 1 ? { scanWorkers: settings.scanWorkers } : {}),
    });
  }

  /** Replicates for ever. Returns only when the secondary keeps refusing a checkpoint. */
  *run(): Process<"refused"> {
    this.#encoder.beginEpoch(this.#epoch);
    yield* this.#synchronise();
    for (;;) {
      const outcome = yield* this.#checkpoint();
      if (outcome === "refused") return outcome;
      this.#epoch += 1;
      this.#encoder.beginEpoch(this.#epoch);
      yield* this.#settings.trigger.wait(this.#triggerContext());
    }
  }

  /** Copies all of memory while the machine runs, then what was written meanwhile, and so on. */
  *#synchronise(): Process {
    const { vm, host } = this.#side;
    this.#startedAtNs = this.#clockNs();
    this.#tracker.start();
    vm.setPenalty(host.profile.runningPenaltyPpm);
    yield* this.#announce("synchronisation.started");
    vm.guest.memory.collectTouched(this.#dirty);
    const { synchronisationPages: pages, synchronisationRounds: rounds } = this.#settings;
    yield* this.#sendRunning({ pages, rounds }, (round) =>
      this.#announce("synchronisation.round", round),
    );
  }

  /**
   * Sends dirty pages while the machine runs, in rounds: until a round leaves few enough, or not fewer
   * than the one before. What was written meanwhile is dirty again.
   */
  *#sendRunning(
    { rounds, pages: enough }: { readonly rounds: number; readonly pages: number },
    announce: (details: { readonly round: number; readonly pages: number }) => Process,
  ): Process {
    for (let round = 1; round <= rounds; round += 1) {
      const pages = this.#dirty.size;
      if (pages <= enough) return;
      yield* announce({ round, pages });
      const numbers = [...this.#dirty];
      this.#dirty.clear();
      for (let from = 0; from < numbers.length; from += GROUP_PAGES_MAX) {
        // Copied at the moment of sending: a page written later is dirty again.
        yield* this.#sendGroup(this.#copy(numbers.slice(from, from + GROUP_PAGES_MAX)));
      }
      yield* this.#collect();
      // A guest that writes faster than the link carries is not caught up with: stop for the rest.
      if (this.#dirty.size >= pages) return;
    }
  }

  *#checkpoint(): Process<"committed" | "refused"> {
    const { vm, gate, host, engine, term, digest, requested } = this.#side;
    const { profile } = host;
    this.#startedAtNs = this.#clockNs();
    requested.clear();
    yield* this.#announce("checkpoint.started");

    // 0. Brownout: send what is dirty while the machine runs.
    const { capture } = this.#settings;
    if (capture.rounds > 0) {
      yield* this.#collect();
      yield* this.#sendRunning(capture, (round) => this.#announce("brownout.round", round));
    }

    // 1. Stop the machine at a boundary.
    const pausedAtNs = engine.now;
    yield* vm.pause();
    yield* host.compute(profile.suspendNs + profile.epochFixedNs);
    yield* this.#announce("checkpoint.paused");

    // 2. Collect the dirty pages; clearing them and invalidating translations is one step with it.
    yield* this.#collect();
    yield* this.#announce("checkpoint.collected", { pages: this.#dirty.size });

    // 3. Copy them, with registers, so that the machine can go on writing.
    const pages = this.#copy([...this.#dirty]);
    this.#dirty.clear();
    const registers = vm.guest.saveRegisters();
    const regionPages = vm.guest.memory.regions.map(({ pageCount }) => pageCount);
    yield* host.compute(pages.length * profile.copyPageNs);
    yield* this.#announce("checkpoint.copied", {
      pages: pages.length,
      digest: stateDigest(digest, registers),
    });

    // 4. Output from here on belongs to the next epoch. Resume.
    gate.begin(this.#epoch + 1);
    if (this.#settings.broken.releaseAtStop) gate.release(this.#epoch);
    yield* host.compute(profile.resumeNs);
    vm.resume();
    yield* this.#announce("checkpoint.resumed", { pauseNs: engine.now - pausedAtNs });

    // 5. Send the pages in groups.
    for (let from = 0; from < pages.length; from += GROUP_PAGES_MAX) {
      yield* this.#sendGroup(pages.slice(from, from + GROUP_PAGES_MAX));
    }

    // 6. Send the commit record.
    const { broken } = this.#settings;
    if (broken.clearDirtyAfterCopy) this.#tracker.collect();
    const stale = broken.staleRegisters ? this.#previousRegisters : undefined;
    this.#previousRegisters = registers;
    const commit = encodeCommit({
      term,
      epoch: this.#wireEpoch,
      groupCount: this.#checks.length,
      check: chainCheck(this.#checks),
      regionPages,
      registers: stale ?? registers,
    });
    this.#messages.push(commit);
    yield* this.#side.stream.send(commit);
    yield* this.#announce("commit.sent", { pages: this.#pagesSent, bytes: commit.length });

    // 7. Wait until the secondary has it; send it again if it was refused.
    if ((yield* this.#acknowledgement()) === "refused") return "refused";
    const bytes = this.#messages.reduce((sum, message) => sum + message.length, 0);
    yield* this.#announce("checkpoint.acknowledged", { pages: this.#pagesSent, bytes });

    // 8. Release the output of this epoch.
    gate.release(this.#epoch);
    this.#tookNs = this.#clockNs() - this.#startedAtNs;
    this.#messages = [];
    this.#checks = [];
    this.#pagesSent = 0;
    return "committed";
  }

  /** The number that messages carry. */
  get #wireEpoch(): number {
    return this.#settings.broken.reuseEpochNumber ? (this.#epoch + 1) >> 1 : this.#epoch;
  }

  *#sendGroup(pages: readonly PageCopy[]): Process {
    const { host, term, stream } = this.#side;
    const { encodePageNs, sendPageNs } = host.profile;
    const group = this.#checks.length;
    yield* host.compute(pages.length * (encodePageNs + sendPageNs));
    const { bytes, check } = encodeGroup(
      { term, epoch: this.#wireEpoch, group, pages },
      this.#encoder,
    );
    this.#messages.push(bytes);
    this.#checks.push(check);
    this.#pagesSent += pages.length;
    yield* stream.send(bytes);
    yield* this.#announce("group.sent", { group, pages: pages.length, bytes: bytes.length });
  }

  *#acknowledgement(): Process<"acknowledged" | "refused"> {
    const { stream, term } = this.#side;
    let refusals = 0;
    for (;;) {
      const answer = decodeMessage(yield* stream.receive());
      if (answer?.term !== term || answer.epoch !== this.#wireEpoch) continue;
      if (answer.type === "acknowledge") {
        if (answer.feedback !== undefined) this.#encoder.learn(answer.feedback);
        return "acknowledged";
      }
      if (answer.type !== "reject") continue;
      yield* this.#announce("checkpoint.aborted", { reason: "refused by the secondary" });
      refusals += 1;
      if (refusals > this.#settings.resends) return "refused";
      for (const message of this.#messages) yield* stream.send(message);
    }
  }

  #triggerContext(): TriggerContext {
    const { engine, host, vm, gate, held, requested } = this.#side;
    return {
      ...{ engine, host, held, requested },
      machine: vm.name,
      startedAtNs: this.#startedAtNs,
      tookNs: this.#tookNs,
      clockNs: () => this.#clockNs(),
      heldBytes: () => gate.heldBytes,
    };
  }

  /** Intervals are measured on the clock that cannot be set. */
  #clockNs(): Nanoseconds {
    const { clock } = this.#side.host;
    return this.#settings.broken.wallClockInterval ? clock.now() : clock.monotonic();
  }

  /** Copies of pages as they are now, all in one buffer. */
  #copy(numbers: readonly number[]): PageCopy[] {
    const { memory } = this.#side.vm.guest;
    const staging = new Uint8Array(numbers.length * PAGE_SIZE);
    return numbers.map((page, index) => {
      const bytes = staging.subarray(index * PAGE_SIZE, (index + 1) * PAGE_SIZE);
      bytes.set(memory.page(page));
      return { page, bytes };
    });
  }

  /** Adds what was written since the last time to the dirty pages and pays for finding it out. */
  *#collect(): Process {
    const { host } = this.#side;
    const { profile } = host;
    const before = this.#tracker.work;
    this.#tracker.collect(this.#dirty);
    const { longestScanPages, comparedPages, collectedPages, writeFaults } = this.#tracker.work;
    yield* host.compute(
      profile.tlbInvalidateNs +
        (longestScanPages - before.longestScanPages) * profile.collectPageNs +
        (writeFaults - before.writeFaults) * profile.writeFaultNs +
        (comparedPages - before.comparedPages) * profile.comparePageNs +
        (collectedPages - before.collectedPages) * profile.clearPageNs,
    );
  }

  /** A named point of the protocol, about the current epoch. */
  *#announce(kind: Kind, details: Record<string, number | string> = {}): Process {
    const { engine, host, term, vm } = this.#side;
    assert(this.#epoch > 0, "epochs are numbered from 1");
    const of = { machine: vm.name, host: host.name, term, epoch: this.#epoch };
    yield* engine.announce({ kind, ...of, ...details });
  }
}
