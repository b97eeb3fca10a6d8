import type { CheckpointSettings } from "../checkpoint/options.ts";
import { Receiver } from "../checkpoint/receiver.ts";
import type { SecondarySide } from "../checkpoint/secondary-side.ts";
import { chooseTracker, type TrackerName } from "../memory/choose-tracker.ts";
import type { DirtyTracker } from "../memory/tracker.ts";
import { assert } from "../sim/assert.ts";
import type { Process, ProcessHandle } from "../sim/process.ts";
import type { Nanoseconds } from "../sim/time.ts";
import { Follower } from "./follower.ts";
import { LogStore } from "./log-store.ts";
import type { LogSettings } from "./options.ts";
import type { LockstepRecord } from "./records.ts";
import { Shadow } from "./shadow.ts";

/** Entries that are replayed before the primary is told, unless there are no more. */
const REPORT_ENTRIES = 32;

/** How a secondary keeps a log. */
export interface LoggedSecondaryOptions {
  readonly checkpoint: CheckpointSettings;
  readonly log: LogSettings;
  /** Whether it replays the log as it comes, or only when it stands in. */
  readonly follows: boolean;
  /** How long after its arrival an entry is replayed, as a shadow does. Default 0. */
  readonly delayNs?: Nanoseconds | undefined;
}

/** The secondary's part of every scheme that is made of checkpoints and a log of what happened since. */
export class LoggedSecondary {
  readonly #side: SecondarySide;
  readonly #options: LoggedSecondaryOptions;
  readonly #store: LogStore;
  readonly #follower: Follower;
  readonly #receiver: Receiver;
  /** Notes which pages the replay writes. */
  readonly #tracker: DirtyTracker | undefined;
  readonly #shadow: Shadow | undefined;
  #processes: ProcessHandle<never>[] = [];
  #reported = 0;

  constructor(side: SecondarySide, options: LoggedSecondaryOptions) {
    const { checkpoint, log, follows, delayNs } = options;
    const [stream] = side.moreStreams ?? [];
    assert(stream !== undefined, "a log has a stream of its own");
    this.#side = side;
    this.#options = options;
    this.#store = new LogStore(side, stream, log);
    this.#follower = new Follower(side, this.#store, log);
    this.#tracker = follows
      ? chooseTracker(side.vm.guest.memory, looking(checkpoint.track))
      : undefined;
    if (delayNs !== undefined) this.#shadow = new Shadow(side, this.#store, this.#follower);
    this.#receiver = new Receiver({ ...side, moreStreams: [] }, checkpoint, {
      committed: (epoch) => this.#store.committed(epoch),
      applied: () => {
        if (follows) this.#begin();
      },
    });
  }

  /** The shadow that this secondary is, if it is one. */
  get shadow(): Shadow | undefined {
    return this.#shadow;
  }

  /** Receives until it is killed. */
  *run(): Process<never> {
    const { engine, host, machine } = this.#side;
    const spawn = (name: string, body: () => Process<never>) =>
      engine.spawn(`${machine} on ${host.name}: ${name}`, host.owner, body);
    this.#processes = [spawn("log reception", () => this.#store.receive())];
    if (this.#options.follows) this.#processes.push(spawn("replay", () => this.#follow()));
    return yield* this.#receiver.run();
  }

  /** After {@link run} was killed: ends all else that runs for it. */
  close(): void {
    for (const process of this.#processes) process.kill();
    this.#receiver.close();
    this.#tracker?.stop();
  }

  /** Makes the image what the primary was at the end of what has arrived of its log. */
  *settle(): Process {
    const { image } = this.#side;
    yield* this.#receiver.settle();
    if (this.#follower.epoch !== image.epoch) yield* this.#startReplay();
    while (this.#follower.hasNext()) {
      // The machine goes on all the same: it is no worse than none, and it was said.
      if ((yield* this.#follower.replayNext()) !== undefined) break;
    }
    yield* this.#follower.finish();
  }

  /** After {@link settle}: see `SecondaryReplication.position`. */
  get position(): number | undefined {
    return this.#follower.position;
  }

  /** After {@link settle}: takes the output that may not have left the primary, in order. */
  takeUnsent(): readonly Uint8Array[] {
    this.#follower.unsent.released(this.#store.released);
    return this.#follower.unsent.take();
  }

  /** Memory holds a checkpoint, and nothing is replayed of what led to it. */
  #begin(): void {
    this.#tracker?.start();
    this.#follower.begin();
    this.#store.changed.notify();
  }

  *#startReplay(): Process {
    const { engine, image } = this.#side;
    this.#begin();
    yield* engine.announce<LockstepRecord>({
      kind: "replay.started",
      epoch: image.epoch,
      ...this.#store.at(this.#store.markOf(image.epoch) ?? 0),
    });
  }

  /** Replays for ever what is due. */
  *#follow(): Process<never> {
    for (;;) {
      yield* this.#store.changed.until(() => this.#mayGoOn());
      if (!(yield* this.#untilDue())) continue;
      const divergence = yield* this.#follower.replayNext();
      if (divergence !== undefined) yield* this.#lose();
      else yield* this.#report();
    }
  }

  #mayGoOn(): boolean {
    return this.#follower.hasNext() && this.#shadow?.paused !== true;
  }

  /** Waits until the next entry is old enough; false if it is not to be replayed any more. */
  *#untilDue(): Process<boolean> {
    const { delayNs } = this.#options;
    if (delayNs === undefined) return true;
    const { clock } = this.#side.host;
    const leftNs = this.#store.arrivedNs(this.#follower.next) + delayNs - clock.monotonic();
    if (leftNs > 0) yield* clock.sleep(leftNs);
    if (this.#store.errorAt !== undefined && !this.#options.log.broken.fedAfterError) {
      yield* this.#shadow!.pause();
    }
    return this.#mayGoOn();
  }

  /** The machine is in a state that the primary never had. It is of no use until the next checkpoint. */
  *#lose(): Process {
    const { image, term } = this.#side;
    const position = this.#follower.position!;
    const pages = this.#tracker!.collect().toArray();
    this.#follower.stop();
    this.#follower.unsent.take();
    this.#store.lose(image.epoch);
    image.lose();
    yield* this.#store.tell({ type: "diverged", term, position, pages });
  }

  *#report(): Process {
    const { replayed } = this.#store;
    if (this.#follower.hasNext() && replayed - this.#reported < REPORT_ENTRIES) return;
    this.#reported = replayed;
    yield* this.#store.acknowledge();
  }
}

/** A tracker that never stops the machine that it follows: nobody is there to serve it. */
function looking(track: TrackerName): TrackerName {
  return track.replace(/^(write-protection|dirty-ring)/, "slat") as TrackerName;
}
