import { ROUNDS_MAX } from "../../checkpoint/capture/rounds.ts";
import { chainCheck } from "../../checkpoint/chain-check.ts";
import { decodeMessage } from "../../checkpoint/decode-message.ts";
import { DirtyPages } from "../../checkpoint/dirty-pages.ts";
import { WholeEncoder } from "../../checkpoint/encode/whole-encoder.ts";
import { encodeCommit, encodeGroup } from "../../checkpoint/encode-message.ts";
import { checkpointSettings } from "../../checkpoint/options.ts";
import { GROUP_PAGES_MAX, type PageCopy } from "../../checkpoint/page-group.ts";
import type { PrimarySide } from "../../checkpoint/primary-side.ts";
import { stateDigest } from "../../checkpoint/state-digest.ts";
import { RateLimit } from "../../checkpoint/transfer/rate-limit.ts";
import type { BitsPerSecond } from "../../host/bandwidth.ts";
import { assert } from "../../sim/assert.ts";
import { type Process, sleep } from "../../sim/process.ts";
import { Signal } from "../../sim/signal.ts";
import { type Nanoseconds, seconds } from "../../sim/time.ts";
import type { PrimaryReplication } from "../scheme.ts";
import type { RateRule } from "./rate-rule.ts";
import { dirtyRate } from "./rate-rule.ts";
import type { MigrationRecord } from "./records.ts";
import type { MigrationDefects } from "./way.ts";

/** The state that is moved is that of one checkpoint, the first and last of its term. */
export const MIGRATION_EPOCH = 1;

/** What is done once nothing but the last checkpoint is left to do, and nobody has asked for it. */
const IDLE_NS: Nanoseconds = seconds(60);

/** How pre-copy sends. */
export interface PreCopySettings {
  readonly rule: RateRule;
  /** Pages after which the source looks again which have been written. */
  readonly batchPages: number;
  readonly broken: MigrationDefects;
}

/**
 * The source's part of pre-copy: all of memory in rounds while the machine runs, then the rest and the
 * registers with the machine stopped.
 *
 * Source: Clark et al., NSDI'05, sections 3.2 and 5. Of a round's pages those are skipped that were written
 * again before their turn: they would have to be sent once more anyway.
 */
export class PreCopySource implements PrimaryReplication {
  readonly atRest: Signal;
  readonly #side: PrimarySide;
  readonly #settings: PreCopySettings;
  readonly #ready: Signal;
  readonly #dirty: DirtyPages;
  readonly #encoder = new WholeEncoder();
  readonly #checks: number[] = [];

  /** @param ready Set when the machine may be stopped. */
  constructor(side: PrimarySide, settings: PreCopySettings, ready: Signal) {
    const { engine, vm, host } = side;
    this.#side = side;
    this.#settings = settings;
    this.#ready = ready;
    this.#dirty = new DirtyPages(side, checkpointSettings({}));
    this.atRest = new Signal(engine, `${vm.name} on ${host.name}: rounds are over`);
  }

  /** The rounds; it does not return. */
  *run(): Process<"refused"> {
    const { vm } = this.#side;
    const { rule } = this.#settings;
    this.#dirty.start();
    vm.guest.memory.collectTouched(this.#dirty.pages);
    let rate: BitsPerSecond | undefined = rule.settings.minimum;
    for (let round = 1; rate !== undefined && round <= ROUNDS_MAX; round += 1) {
      rate = yield* this.#round(round, rate);
    }
    this.atRest.set();
    this.#ready.set();
    for (;;) yield* sleep(IDLE_NS);
  }

  /** Stop and copy. Nothing is released from here on, until the witness has named who serves. */
  *last(): Process<"committed" | "refused"> {
    const { vm, host, gate, digest, term, stream } = this.#side;
    const { profile } = host;
    assert(this.atRest.isSet, "the machine is stopped when the rounds are over");

    // 1. Stop the machine; what was written since the last look is the rest.
    yield* vm.pause();
    yield* host.compute(profile.suspendNs + profile.epochFixedNs);
    yield* this.#dirty.collect();
    const pages = this.#dirty.pages.toArray();
    yield* this.#announce({ kind: "migration.stopped", pages: pages.length });

    // 2. Send it, as fast as it may go, and the registers.
    const registers = vm.guest.saveRegisters();
    yield* this.#side.engine.announce({
      kind: "checkpoint.copied",
      ...{ machine: vm.name, host: host.name, term, epoch: MIGRATION_EPOCH },
      ...{ pages: pages.length, digest: stateDigest(digest, registers) },
    });
    const limit = new RateLimit(host, this.#settings.rule.settings.maximum);
    yield* this.#send(pages, limit);
    gate.begin(MIGRATION_EPOCH);
    const commit = encodeCommit({
      ...{ term, epoch: MIGRATION_EPOCH, registers },
      groupCount: this.#checks.length,
      check: chainCheck(this.#checks),
      regionPages: vm.guest.memory.regions.map(({ pageCount }) => pageCount),
    });
    yield* stream.send(commit);
    yield* this.#side.engine.announce({
      kind: "commit.sent",
      ...{ machine: vm.name, host: host.name, term, epoch: MIGRATION_EPOCH },
      ...{ pages: pages.length, bytes: commit.length },
    });

    // 3. Wait until the target has all of it.
    for (;;) {
      const answer = decodeMessage(yield* stream.receive());
      if (answer?.term !== term || answer.epoch !== MIGRATION_EPOCH) continue;
      if (answer.type === "reject") return "refused";
      if (answer.type === "acknowledge") return "committed";
    }
  }

  end(): void {
    this.#dirty.stop();
  }

  /** @returns Rate of the next round, if there is to be one. */
  *#round(round: number, rate: BitsPerSecond): Process<BitsPerSecond | undefined> {
    const { engine, host } = this.#side;
    const { batchPages, broken, rule } = this.#settings;
    const { pages: dirty } = this.#dirty;
    const pages = dirty.toArray();
    const beganNs = engine.now;
    yield* this.#announce({
      kind: "migration.round",
      ...{ round, pages: pages.length, bitsPerSecond: rate },
    });
    dirty.clear();
    const limit = new RateLimit(host, rate);
    let [sent, skipped, bytes] = [0, 0, 0];
    for (let from = 0; from < pages.length; from += batchPages) {
      yield* this.#dirty.collect();
      const batch = pages.slice(from, from + batchPages).filter((page) => !dirty.has(page));
      skipped += Math.min(batchPages, pages.length - from) - batch.length;
      if (broken.skippedForgotten === true) {
        for (const page of pages.slice(from, from + batchPages)) dirty.delete(page);
      }
      bytes += yield* this.#send(batch, limit);
      sent += batch.length;
    }
    yield* limit.pass(0);
    yield* this.#dirty.collect();
    const seen = { dirtied: dirty.size, tookNs: engine.now - beganNs, left: dirty.size };
    yield* this.#announce({
      kind: "migration.round-over",
      ...{ round, pages: sent, bytes, skipped, dirtied: seen.dirtied },
      ...{ dirtyBitsPerSecond: dirtyRate(seen), tookNs: seen.tookNs },
    });
    return rule.after(seen);
  }

  /** Sends pages as they are at that moment, in groups; a page written later is dirty again. */
  *#send(numbers: readonly number[], limit: RateLimit): Process<number> {
    const { host, vm, stream, term } = this.#side;
    const { copyPageNs, encodePageNs, sendPageNs } = host.profile;
    let sentBytes = 0;
    for (let from = 0; from < numbers.length; from += GROUP_PAGES_MAX) {
      const pages = numbers.slice(from, from + GROUP_PAGES_MAX).map((page): PageCopy => {
        this.#dirty.take(page);
        return { page, bytes: vm.guest.memory.page(page).slice() };
      });
      const group = this.#checks.length;
      const made = encodeGroup({ term, epoch: MIGRATION_EPOCH, group, pages }, this.#encoder);
      this.#checks.push(made.check);
      yield* limit.pass(made.bytes.length);
      yield* host.compute(pages.length * (copyPageNs + encodePageNs + sendPageNs));
      yield* stream.send(made.bytes);
      sentBytes += made.bytes.length;
    }
    return sentBytes;
  }

  #announce(
    record: Readonly<Record<string, number | string>> & { kind: MigrationRecord["kind"] },
  ): Process {
    const { engine, vm, host, term } = this.#side;
    return engine.announce({ machine: vm.name, host: host.name, term, ...record });
  }
}
