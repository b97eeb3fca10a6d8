import { assert } from "../sim/assert.ts";
import type { Process } from "../sim/process.ts";
import { type Announce, announcer } from "./announcer.ts";
import { CheckpointApplier } from "./apply/checkpoint-applier.ts";
import { decodeMessage } from "./decode-message.ts";
import { isLater, isSame } from "./epoch-order.ts";
import type {
  CommitMessage,
  ContentsMessage,
  GroupMessage,
  Message,
  PrepareMessage,
} from "./message.ts";
import type { CheckpointSettings } from "./options.ts";
import type { ReceiverHooks } from "./receiver-hooks.ts";
import type { SecondarySide } from "./secondary-side.ts";
import { Answers } from "./stage/answers.ts";
import { Lanes } from "./stage/lanes.ts";
import { refusalOf } from "./stage/refusal-of.ts";
import { Staging } from "./staging.ts";
import { stateDigest } from "./state-digest.ts";

/**
 * The secondary's part of periodic checkpoints: stage, commit, acknowledge, apply (Remus, NSDI'08,
 * section 3.3: a checkpoint is buffered until it has arrived whole, and only then used). With a table of
 * contents only what is missing is asked for again (US9251002).
 */
export class Receiver {
  readonly #side: SecondarySide;
  readonly #settings: CheckpointSettings;
  readonly #hooks: ReceiverHooks;
  readonly #announce: Announce;
  readonly #staging: Staging;
  /** Groups may come in any order: by several streams, or named by a table of contents. */
  readonly #anyOrder: boolean;
  readonly #applier: CheckpointApplier;
  readonly #answers: Answers;
  #lanes: Lanes | undefined;
  /** A commit record whose groups are still under way on other streams. */
  #waiting: CommitMessage | undefined;
  /** Unreadable messages of the checkpoint under way, each a group that will not come. */
  #unreadableCount = 0;
  /** Somebody wants to know when nothing is under way. */
  #prepared: PrepareMessage | undefined;

  constructor(side: SecondarySide, settings: CheckpointSettings, hooks: ReceiverHooks = {}) {
    const { streams, contents } = settings.transfer;
    const { anyEpoch = false } = settings.apply.broken;
    const announce = announcer(side);
    this.#side = side;
    this.#settings = settings;
    this.#hooks = hooks;
    this.#announce = announce;
    this.#anyOrder = streams > 1 || contents;
    this.#staging = new Staging({ anyOrder: this.#anyOrder, anyEpoch });
    this.#applier = new CheckpointApplier(side, settings, announce);
    const { counter } = this.#applier;
    this.#answers = new Answers({ stream: side.stream, announce, counter });
  }

  /** Receives for ever; whoever promotes the secondary kills this process first. */
  *run(): Process<never> {
    this.#side.image.clear();
    this.#applier.start();
    const lanes = new Lanes(this.#side);
    this.#lanes = lanes;
    for (;;) {
      const bytes = yield* lanes.receive();
      const message = decodeMessage(bytes, !this.#settings.broken.noCheckValue);
      yield* this.#take(message);
    }
  }

  /** Ends what runs beside {@link Receiver.run}, which was killed. */
  close(): void {
    this.#lanes?.close();
    this.#applier.close();
  }

  /**
   * Brings the image to the last committed epoch and nothing beyond it: finishes applying what was
   * committed, forgets what was only staged.
   */
  *settle(): Process {
    const { image } = this.#side;
    assert(image.complete, "only a complete image stands in");
    const of = { epoch: image.epoch, term: image.term };
    this.close();
    if (this.#settings.broken.tornApply) image.tear(this.#applier.take(this.#staging));
    yield* this.#applier.settle(of);
    const groups = this.#staging.groupCount;
    this.#staging.clear();
    if (groups > 0) yield* this.#announce("checkpoint.discarded", of, { groups });
  }

  *#take(message: Message | undefined): Process {
    // Epochs are numbered from 1.
    if (message === undefined || message.epoch === 0) yield* this.#refuseUnreadable();
    // 1. Stage the groups as they come.
    else if (message.type === "group") yield* this.#stage(message);
    else if (message.type === "contents" && this.#settings.transfer.contents) this.#list(message);
    else if (message.type === "commit") yield* this.#end(message);
    else if (message.type === "prepare") yield* this.#prepare(message);
    else yield* this.#refuseUnreadable();
  }

  *#stage(message: GroupMessage): Process {
    // What comes late, of a checkpoint that was sent again, is not looked at.
    if (this.#anyOrder && !isLater(message, this.#side.image)) return;
    if (!this.#staging.add(message)) return;
    if (this.#waiting !== undefined && isLater(message, this.#waiting)) this.#waiting = undefined;
    const { group, pages } = message;
    if (this.#settings.broken.ackBeforeStaged && group === 0) {
      yield* this.#answers.acknowledgeAgain(message);
    }
    yield* this.#announce("group.staged", message, { group, pages: pages.length });
    yield* this.#applier.follow(this.#staging);
    yield* this.#endIfDue();
  }

  #list(contents: ContentsMessage): void {
    if (isLater(contents, this.#side.image)) this.#staging.list(contents);
  }

  *#end(commit: CommitMessage): Process {
    const { image } = this.#side;

    // A checkpoint that was sent again although it had arrived: say so once more.
    if (commit.term === image.term && commit.epoch <= image.epoch) {
      this.#staging.forget(commit);
      yield* this.#applier.follow(this.#staging);
      yield* this.#answers.acknowledgeAgain(commit);
      return;
    }

    this.#waiting = commit;
    yield* this.#endIfDue();
  }

  /** Goes on with a commit record when all of its groups have come, or will not. */
  *#endIfDue(): Process {
    const commit = this.#waiting;
    if (commit === undefined || !this.#isDue(commit)) return;
    this.#waiting = undefined;
    const { host } = this.#side;

    yield* host.compute(host.profile.transferFixedNs);

    // 2. Make sure that it is whole and unharmed; else refuse it, and the previous one stands.
    if (yield* this.#askForMissing(commit)) return;
    const { image } = this.#side;
    const { contents } = this.#settings.transfer;
    const refusal = refusalOf(commit, this.#staging, { image, contents });
    this.#unreadableCount = 0;
    if (refusal === undefined) yield* this.#commit(commit);
    else {
      yield* this.#giveUp();
      yield* this.#answers.refuse(commit, refusal);
    }
    yield* this.#rest();
  }

  *#commit(commit: CommitMessage): Process {
    const { image } = this.#side;
    const isPartial = commit.complete === false;
    const { acknowledge } = this.#settings.apply;

    yield* this.#hooks.beforeCommit?.(commit) ?? [];

    // 3. The commit point.
    const pages = this.#staging.pageCount;
    image.commit(commit, this.#applier.take(this.#staging));
    if (!isPartial) this.#hooks.committed?.(commit.epoch);
    if (isPartial) yield* this.#announce("bring-up.committed", commit, { pages });
    else yield* this.#announce("checkpoint.committed", commit, { pages });

    // 4. Acknowledge: the primary may release the epoch's output.
    if (acknowledge === "stored") yield* this.#answers.acknowledge(commit);

    // 5. Apply to memory.
    yield* this.#hooks.beforeApply?.(commit) ?? [];
    yield* this.#applier.apply(commit);
    if (!isPartial) this.#hooks.applied?.(commit.epoch);
    if (isPartial) yield* this.#announce("bring-up.applied", commit, { pages });
    else {
      yield* this.#announce("checkpoint.applied", commit, {
        pages,
        digest: stateDigest(this.#side.digest, image.registers, image.cached),
      });
    }
    yield* this.#hooks.afterApply?.(commit) ?? [];
    if (acknowledge === "applied") yield* this.#answers.acknowledge(commit);
  }

  /** With one stream whatever comes, comes before the commit record. */
  #isDue(commit: CommitMessage): boolean {
    const { streams, contents } = this.#settings.transfer;
    if (streams === 1) return true;
    return this.#staging.missingCount(commit) <= (contents ? this.#unreadableCount : 0);
  }

  /** Asks for those groups of the table of contents that have not come unharmed; true if there are any. */
  *#askForMissing(commit: CommitMessage): Process<boolean> {
    const { contents } = this.#staging;
    if (contents === undefined || !isSame(contents, commit)) return false;
    const groups = this.#staging.takeMissing(contents);
    if (groups.length === 0) return false;
    this.#unreadableCount = 0;
    yield* this.#answers.miss(commit, groups);
    yield* this.#applier.follow(this.#staging);
    return true;
  }

  /** Forgets the checkpoint under way. */
  *#giveUp(): Process {
    this.#staging.giveUp();
    yield* this.#applier.follow(this.#staging);
  }

  /** Nothing of the checkpoint under way can be trusted to be whole: ask for all of it again. */
  *#refuseUnreadable(): Process {
    const { contents, streams } = this.#settings.transfer;
    // A group, or the table of contents itself: the commit record will tell.
    if (contents && (this.#waiting !== undefined || this.#staging.contents === undefined)) {
      this.#unreadableCount += 1;
      yield* this.#endIfDue();
      return;
    }
    // With a table of contents what has come stays; with one stream the commit record is refused, too.
    if (!contents && streams === 1) this.#staging.spoil();
    else if (!contents) yield* this.#giveUp();
    this.#waiting = undefined;
    this.#unreadableCount = 0;
    const { term, image } = this.#side;
    yield* this.#answers.refuse({ term, epoch: image.epoch + 1 }, "unreadable message");
  }

  *#prepare(message: PrepareMessage): Process {
    this.#prepared = message;
    yield* this.#rest();
  }

  /** Says that nothing is under way, if somebody wants to know and it is so (US11281538). */
  *#rest(): Process {
    const asked = this.#prepared;
    if (asked === undefined || this.#waiting !== undefined) return;
    this.#prepared = undefined;
    assert(
      this.#side.image.unappliedCount === 0,
      "what is committed is applied before the next message",
    );
    yield* this.#applier.rest();
    yield* this.#answers.rest(asked);
  }
}
