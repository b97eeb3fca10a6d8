import { assert } from "../sim/assert.ts";
import type { Process } from "../sim/process.ts";
import { decodeMessage } from "./decode-message.ts";
import type { DifferenceCounter } from "./encode/difference-counter.ts";
import { PageApplier } from "./encode/page-applier.ts";
import { encodeAnswer } from "./encode-message.ts";
import type { CommitMessage, GroupMessage } from "./message.ts";
import type { CheckpointSettings } from "./options.ts";
import type { CheckpointRecord } from "./records.ts";
import type { SecondarySide } from "./secondary-side.ts";
import { Staging } from "./staging.ts";
import { stateDigest } from "./state-digest.ts";

interface OfEpoch {
  readonly term: number;
  readonly epoch: number;
}

/**
 * The secondary's part of periodic checkpoints: stage, commit, acknowledge, apply (Remus, NSDI'08,
 * section 3.3: a checkpoint is buffered until it has arrived whole, and only then used).
 */
export class Receiver {
  readonly #side: SecondarySide;
  readonly #settings: CheckpointSettings;
  readonly #staging = new Staging();
  /** Finds out which pages change little, for encodings that want to know. */
  readonly #counter: DifferenceCounter | undefined;

  constructor(side: SecondarySide, settings: CheckpointSettings) {
    this.#side = side;
    this.#settings = settings;
    this.#counter = settings.encode.createCounter?.();
    side.image.applier = new PageApplier({ counter: this.#counter });
  }

  /** Receives for ever; whoever promotes the secondary kills this process first. */
  *run(): Process<never> {
    this.#side.image.clear();
    for (;;) {
      const bytes = yield* this.#side.stream.receive();
      const message = decodeMessage(bytes, !this.#settings.broken.noCheckValue);
      // 1. Stage the groups as they come.
      if (message?.type === "group") yield* this.#stage(message);
      else if (message?.type === "commit") yield* this.#end(message);
      else yield* this.#refuseUnreadable();
    }
  }

  /**
   * Brings the image to the last committed epoch and nothing beyond it: finishes applying what was
   * committed, forgets what was only staged.
   */
  *settle(): Process {
    const { image } = this.#side;
    assert(image.complete, "only a complete image stands in");
    const of = { epoch: image.epoch, term: image.term };
    if (this.#settings.broken.tornApply) image.tear(this.#staging);
    while (image.unappliedCount > 0) yield* this.#applyGroup(of);
    const groups = this.#staging.groupCount;
    this.#staging.clear();
    if (groups > 0) yield* this.#announce("checkpoint.discarded", of, { groups });
  }

  *#stage(message: GroupMessage): Process {
    this.#staging.add(message);
    const { group, pages } = message;
    if (this.#settings.broken.ackBeforeStaged && group === 0) {
      yield* this.#answer("acknowledge", message);
    }
    yield* this.#announce("group.staged", message, { group, pages: pages.length });
  }

  *#end(commit: CommitMessage): Process {
    const { image, host, digest } = this.#side;

    // A checkpoint that was sent again although it had arrived: say so once more.
    if (commit.term === image.term && commit.epoch <= image.epoch) {
      this.#staging.clear();
      yield* this.#answer("acknowledge", commit);
      return;
    }

    yield* host.compute(host.profile.transferFixedNs);

    // 2. Make sure that it is whole and unharmed; else refuse it, and the previous one stands.
    const refusal = this.#staging.refusal(commit, image.guest.memory);
    if (refusal !== undefined) {
      this.#staging.clear();
      yield* this.#announce("checkpoint.rejected", commit, { reason: refusal });
      yield* this.#answer("reject", commit);
      return;
    }

    // 3. The commit point.
    const pages = this.#staging.pageCount;
    image.commit(commit, this.#staging);
    yield* this.#announce("checkpoint.committed", commit, { pages });

    // 4. Acknowledge: the primary may release the epoch's output.
    yield* this.#answer("acknowledge", commit);
    yield* this.#announce("acknowledgement.sent", commit);

    // 5. Apply to memory.
    while (image.unappliedCount > 0) yield* this.#applyGroup(commit);
    yield* this.#announce("checkpoint.applied", commit, {
      pages,
      digest: stateDigest(digest, image.registers),
    });
  }

  /** Nothing of the checkpoint under way can be trusted to be whole: ask for all of it again. */
  *#refuseUnreadable(): Process {
    this.#staging.spoil();
    const of = { term: this.#side.term, epoch: this.#side.image.epoch + 1 };
    yield* this.#announce("checkpoint.rejected", of, { reason: "unreadable message" });
    yield* this.#answer("reject", of);
  }

  *#answer(type: "acknowledge" | "reject", { term, epoch }: OfEpoch): Process {
    const feedback = type === "acknowledge" ? this.#counter?.take() : undefined;
    const answer = feedback === undefined ? { type, term, epoch } : { type, term, epoch, feedback };
    yield* this.#side.stream.send(encodeAnswer(answer));
  }

  *#applyGroup(of: OfEpoch): Process {
    const { image } = this.#side;
    const pages = yield* image.applyGroup();
    yield* this.#announce("group.applied", of, { pages, left: image.unappliedCount });
  }

  /** A named point of the protocol. */
  *#announce(
    kind: CheckpointRecord["kind"],
    { term, epoch }: OfEpoch,
    details: Record<string, number | string> = {},
  ): Process {
    const { engine, machine, host } = this.#side;
    yield* engine.announce({ kind, machine, host: host.name, term, epoch, ...details });
  }
}
