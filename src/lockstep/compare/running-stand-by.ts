import { DirtyPages } from "../../checkpoint/dirty-pages.ts";
import type { CommitMessage } from "../../checkpoint/message.ts";
import type { SecondarySide } from "../../checkpoint/secondary-side.ts";
import { PageSet } from "../../memory/page-set.ts";
import { assert } from "../../sim/assert.ts";
import { Condition } from "../../sim/condition.ts";
import type { Process } from "../../sim/process.ts";
import { CleanBase } from "./clean-base.ts";
import type { CompareSettings } from "./options.ts";
import { ProtectedMemory } from "./protected-memory.ts";

/**
 * A stand-by's machine that runs between two checkpoints. At a checkpoint it is stopped, what it has written
 * is undone or overwritten, and it goes on in the primary's state.
 *
 * What it has written is undone behind the commit point and never before: until then its own state is what it
 * would stand in with, for the primary has released packets that only this state implies.
 */
export class RunningStandBy {
  readonly #side: SecondarySide;
  readonly #dirty: DirtyPages;
  readonly #base: CleanBase | undefined;
  readonly #protected: ProtectedMemory;
  readonly #loaded: Condition;
  /**
   * Pages that were restored since the machine ran. The checkpoint may have what the machine had written to
   * them, and a tracker that compares then finds nothing new in them.
   */
  readonly #restored: PageSet = new PageSet();
  #loadedEpoch = 0;
  #stands = false;
  /** The committed checkpoint for which what the machine has written is undone. */
  #undoneEpoch = 0;

  /** @throws StandinTypeError when no tracker can follow such a machine. */
  constructor(side: SecondarySide, settings: CompareSettings) {
    const { engine, host, vm } = side;
    this.#side = side;
    this.#dirty = new DirtyPages({ engine, host, vm }, settings.checkpoint);
    if (settings.memory === "clean-base") this.#base = new CleanBase(host, vm.guest.memory);
    // As it was booted: what comes first clears all of memory.
    this.#protected = new ProtectedMemory(host, vm.guest.memory, settings.protectedMemory);
    this.#protected.keep();
    this.#loaded = new Condition(engine, `${vm.name} on ${host.name}: checkpoint loaded`);
  }

  /** The checkpoint in whose state the machine went on, 0 before it runs. */
  get loadedEpoch(): number {
    return this.#loadedEpoch;
  }

  /** Pages that belong to the host. */
  get protectedPages(): PageSet {
    return this.#protected.pages;
  }

  /** Makes what was received fit this host. */
  *patch(): Process {
    yield* this.#protected.patch();
  }

  /** Stops the machine at a boundary. Nothing happens if it stands, or was not started. */
  *stop(): Process {
    const { vm } = this.#side;
    if (!vm.started || this.#stands) return;
    yield* vm.pause();
    this.#stands = true;
  }

  /** Stops the machine when it runs in the state of the checkpoint before; which pages has it written? */
  *stopAndCollect(epoch: number): Process<readonly number[]> {
    if (this.#loadedEpoch < epoch - 1) {
      yield* this.#loaded.until(() => this.#loadedEpoch >= epoch - 1);
    }
    yield* this.stop();
    yield* this.#dirty.collect();
    return this.#dirty.pages.toArray();
  }

  /**
   * A checkpoint is committed and not in memory yet: gets rid of what the machine has written and the
   * checkpoint does not overwrite. Once for each, however often it is begun.
   */
  *undo({ epoch, regionPages }: Pick<CommitMessage, "epoch" | "regionPages">): Process {
    if (this.#loadedEpoch === 0 || this.#undoneEpoch === epoch) return;
    assert(this.#stands, "a machine that runs is left alone");
    this.#protected.keep();
    yield* this.#dirty.collect();
    if (this.#base === undefined) this.#zeroBeyond(regionPages);
    else {
      this.#restored.union(this.#dirty.pages);
      yield* this.#base.restore(this.#dirty.pages);
    }
    this.#undoneEpoch = epoch;
  }

  /** As {@link undo}, for the checkpoint that the image was committed to before its host took over. */
  *undoCommitted(): Process {
    const { epoch, guest } = this.#side.image;
    yield* this.undo({ epoch, regionPages: guest.memory.regions.map((each) => each.pageCount) });
  }

  /** The checkpoint is in memory: the machine takes its registers over. */
  *load(epoch: number): Process {
    const { vm, image } = this.#side;
    yield* this.patch();
    vm.guest.loadRegisters(image.registers);
    if (this.#loadedEpoch === 0) yield* this.#begin();
    else yield* this.#follow();
    this.#loadedEpoch = epoch;
  }

  /** Lets the machine run in the state that was loaded. */
  goOn(): void {
    const { vm } = this.#side;
    this.#stands = false;
    if (vm.started) {
      vm.wake();
      vm.resume();
    } else vm.start();
    this.#loaded.notify();
  }

  /** The machine is nobody's stand-by any more: gives back what was taken from it. */
  end(): void {
    if (this.#loadedEpoch === 0) return;
    this.#dirty.stop();
    this.#side.vm.setPenalty(0);
  }

  *#begin(): Process {
    this.#dirty.start();
    yield* this.#base?.takeAll() ?? [];
  }

  /** What the checkpoint has written is not what the machine writes. */
  *#follow(): Process {
    yield* this.#dirty.collect();
    const pages = this.#dirty.pages.union(this.#restored).toArray();
    this.#restored.clear();
    yield* this.#base?.take(pages) ?? [];
    for (const page of pages) this.#dirty.take(page);
  }

  /** Pages that the primary's machine does not have are sent by nobody. */
  #zeroBeyond(regionPages: readonly number[]): void {
    const { memory } = this.#side.vm.guest;
    const theirs = new PageSet();
    for (const [index, { basePage }] of memory.regions.entries()) {
      theirs.addRange(basePage, regionPages[index]!);
    }
    for (const page of this.#dirty.pages) if (!theirs.has(page)) memory.zeroPage(page);
  }
}
