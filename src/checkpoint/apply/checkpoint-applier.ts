import type { Process, ProcessHandle } from "../../sim/process.ts";
import type { Announce } from "../announcer.ts";
import type { DifferenceCounter } from "../encode/difference-counter.ts";
import type { EncodedPage } from "../encode/encoded-page.ts";
import { PageApplier } from "../encode/page-applier.ts";
import type { OfEpoch } from "../epoch-order.ts";
import type { CheckpointSettings } from "../options.ts";
import type { SecondarySide } from "../secondary-side.ts";
import type { Staging } from "../staging.ts";
import { DiskCache, REST_ROOM_PAGES } from "./disk-cache.ts";
import { Swapper } from "./swapper.ts";

/** Brings what a secondary receives into its image, in the way that the settings ask for. */
export class CheckpointApplier {
  /** Finds out which pages change little, for encodings that want to know. */
  readonly counter: DifferenceCounter | undefined;
  readonly #side: SecondarySide;
  readonly #announce: Announce;
  /** Applies while a checkpoint comes, if that is wanted. */
  readonly #swapper: Swapper | undefined;
  /** Writes to the disk. */
  #flusher: ProcessHandle<never> | undefined;

  /** Equips the image with what it applies pages by. */
  constructor(side: SecondarySide, { encode, apply }: CheckpointSettings, announce: Announce) {
    const { engine, host, machine, image } = side;
    const { memory } = image.guest;
    this.#side = side;
    this.#announce = announce;
    this.counter = encode.createCounter?.();
    image.applier = new PageApplier({ counter: this.counter, broken: encode.applyDefects });
    if (apply.diskCache) image.disk = new DiskCache({ engine, host, machine, memory });
    if (apply.mode === "swapping") {
      this.#swapper = new Swapper({ host, image, announce, broken: apply.broken });
    }
  }

  /** Begins to write to the disk, if it is behind a cache. */
  start(): void {
    const { image, engine, host, machine } = this.#side;
    const { disk } = image;
    if (disk === undefined) return;
    const label = `${machine} on ${host.name}: disk writes`;
    this.#flusher = engine.spawn(label, host.owner, () => disk.run());
  }

  /** Writes to the disk no more. */
  close(): void {
    this.#flusher?.kill();
  }

  /** Applies what is staged while it comes, if that is wanted, or takes back what is staged no more. */
  *follow(staging: Staging): Process {
    if (this.#swapper !== undefined) yield* this.#swapper.follow(staging);
  }

  /** Takes the staged pages that are not in memory yet; those that are, are there to stay. */
  take(staging: Staging): EncodedPage[] {
    return this.#swapper?.keep(staging.takeGroups()) ?? staging.take();
  }

  /** Applies what is committed. */
  *apply(of: OfEpoch): Process {
    while (this.#side.image.unappliedCount > 0) yield* this.#applyGroup(of);
  }

  /** Brings the image to what is committed and nothing beyond it, after {@link CheckpointApplier.close}. */
  *settle(of: OfEpoch): Process {
    if (this.#swapper !== undefined) yield* this.#swapper.undo();
    yield* this.#flush(of);
    while (this.#side.image.unappliedCount > 0) {
      yield* this.#applyGroup(of);
      // Nobody else makes room any more.
      yield* this.#flush(of);
    }
  }

  /** Waits until the disk has caught up so far that another checkpoint need not wait for it. */
  *rest(): Process {
    const { disk } = this.#side.image;
    if (disk !== undefined) yield* disk.room(REST_ROOM_PAGES);
  }

  *#applyGroup(of: OfEpoch): Process {
    const { image } = this.#side;
    const pages = yield* image.applyGroup();
    yield* this.#announce("group.applied", of, { pages, left: image.unappliedCount });
  }

  *#flush(of: OfEpoch): Process {
    const { disk } = this.#side.image;
    if (disk === undefined || disk.pages.size === 0) return;
    const before = disk.writtenCount;
    yield* disk.flush();
    yield* this.#announce("disk.flushed", of, { pages: disk.writtenCount - before });
  }
}
