import { applyCostNs } from "../../checkpoint/apply/apply-cost.ts";
import { chainCheck } from "../../checkpoint/chain-check.ts";
import { decodeMessage } from "../../checkpoint/decode-message.ts";
import type { EncodedPage } from "../../checkpoint/encode/encoded-page.ts";
import { encodeAnswer } from "../../checkpoint/encode-message.ts";
import type { CommitMessage, GroupMessage } from "../../checkpoint/message.ts";
import type { CheckpointRecord } from "../../checkpoint/records.ts";
import type { SecondarySide } from "../../checkpoint/secondary-side.ts";
import { stateDigest } from "../../checkpoint/state-digest.ts";
import type { Process } from "../../sim/process.ts";
import type { SecondaryReplication } from "../scheme.ts";
import { MIGRATION_EPOCH } from "./pre-copy-source.ts";
import type { MigrationRecord } from "./records.ts";

/**
 * The target's part of pre-copy: pages go into memory as they come, since nobody would stand in with the
 * machine before all of it is there. (Clark et al., NSDI'05, section 3.2, stages 1 to 4.)
 */
export class PreCopyTarget implements SecondaryReplication {
  readonly #side: SecondarySide;
  readonly #checks: number[] = [];
  /** Of parts of memory that are there only when the commit record has said how long it is. */
  #waiting: EncodedPage[] = [];

  constructor(side: SecondarySide) {
    this.#side = side;
  }

  *run(): Process<never> {
    const { image, stream, term } = this.#side;
    image.clear();
    for (;;) {
      const message = decodeMessage(yield* stream.receive());
      if (message?.term !== term || message.epoch !== MIGRATION_EPOCH) continue;
      if (message.type === "group") yield* this.#take(message);
      else if (message.type === "commit") yield* this.#commit(message);
    }
  }

  /** What the commit record brought is in memory, or is put there now. */
  *settle(): Process {
    const { image } = this.#side;
    while (image.unappliedCount > 0) yield* image.applyGroup();
  }

  *#take({ pages, check }: GroupMessage): Process {
    const { engine, host, image, machine, term } = this.#side;
    for (const page of pages) {
      if (image.mustWait(page.page)) this.#waiting.push(page);
      else image.applier.apply(page, image.guest.memory);
    }
    this.#checks.push(check);
    yield* host.compute(applyCostNs(pages, host.profile, (page) => image.isWritten(page)));
    yield* engine.announce<MigrationRecord>({
      kind: "migration.applied",
      ...{ machine, host: host.name, term, pages: pages.length },
    });
  }

  *#commit(commit: CommitMessage): Process {
    const { engine, host, image, machine, term, stream, digest } = this.#side;
    const of = { machine, host: host.name, term, epoch: MIGRATION_EPOCH };
    yield* host.compute(host.profile.transferFixedNs);
    const isWhole =
      commit.groupCount === this.#checks.length && commit.check === chainCheck(this.#checks);
    if (!isWhole || image.complete) {
      const type = isWhole ? "acknowledge" : "reject";
      yield* stream.send(encodeAnswer({ type, term, epoch: MIGRATION_EPOCH }));
      return;
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    image.commit(commit, waiting);
    yield* engine.announce<CheckpointRecord>({
      kind: "checkpoint.committed",
      ...{ pages: commit.groupCount, ...of },
    });
    yield* this.settle();
    yield* engine.announce<CheckpointRecord>({
      kind: "checkpoint.applied",
      ...{ pages: waiting.length, digest: stateDigest(digest, image.registers), ...of },
    });
    yield* stream.send(encodeAnswer({ type: "acknowledge", term, epoch: MIGRATION_EPOCH }));
    yield* engine.announce<CheckpointRecord>({ kind: "acknowledgement.sent", ...of });
  }
}
