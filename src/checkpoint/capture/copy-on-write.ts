import type { Guest } from "../../guest/guest.ts";
import { PAGE_SIZE } from "../../memory/page.ts";
import { PageSet } from "../../memory/page-set.ts";
import type { WriteGuard } from "../../memory/write-guard.ts";
import { assert } from "../../sim/assert.ts";
import { StandinTypeError } from "../../sim/errors.ts";
import { expectWhole } from "../../sim/expect-whole.ts";
import type { Process } from "../../sim/process.ts";
import type { PageCopy } from "../page-group.ts";
import type { Capture, CaptureSide, MachineCapture } from "./capture.ts";
import { HISTORY_EPOCHS, PageHistory } from "./page-history.ts";

/** Settings of {@link copyOnWrite}. */
export interface CopyOnWriteOptions {
  /** So many epochs back a page's history is looked at, 1 to 32. Default 8. */
  readonly epochs?: number;
  /** A page is hot that was written in more of these than this, 0 to 32. Default 2. */
  readonly hotEpochs?: number;
  /** Parts broken on purpose, to show that the checks notice; never set otherwise. */
  readonly broken?: CopyOnWriteDefects;
}

/** Defects of copying on write that can be switched on one by one. */
export interface CopyOnWriteDefects {
  /** Pages to be copied later are not protected: what is sent is what was written meanwhile. */
  readonly unprotected?: boolean;
}

/**
 * Copy on write with a modification history: of the dirty pages only those that are written often are
 * copied while the machine stands still. The others are write-protected and copied when they are
 * sent, or just before the first write to them.
 *
 * Source: US8549241; resuming before pages are sent that will hardly be modified: US8533382, claim 3.
 *
 * @throws StandinRangeError `CAPTURE_OPTION`.
 */
export function copyOnWrite(options: CopyOnWriteOptions = {}): Capture {
  const { epochs = 8, hotEpochs = 2, broken = {} } = options;
  expectWhole("CAPTURE_OPTION", "epochs", epochs, 1, HISTORY_EPOCHS);
  expectWhole("CAPTURE_OPTION", "hotEpochs", hotEpochs, 0, HISTORY_EPOCHS);
  const name = `copy on write of pages written in at most ${hotEpochs} of ${epochs} epochs`;
  return {
    name,
    expect(guest: Guest): void {
      const unseen = guest.memory.regions.find(({ stores }) => stores === "unseen");
      if (unseen === undefined) return;
      throw new StandinTypeError(
        "PART_NEEDS",
        `capture "${name}" needs memory whose stores can be made to fault, and the stores of region "${unseen.name}" are unseen`,
      );
    },
    begin: (side) => new CopyOnWrite(side, { epochs, hotEpochs, broken }),
  };
}

/** Copies the pages of one machine on write. */
class CopyOnWrite implements MachineCapture {
  readonly #side: CaptureSide;
  readonly #options: Required<CopyOnWriteOptions>;
  readonly #guard: WriteGuard;
  readonly #history = new PageHistory();
  /** To be copied and sent, ascending, and how many of them were. */
  #queue: readonly number[] = [];
  #takenCount = 0;
  /** Copied just before they were written, to be sent. */
  readonly #copies = new Map<number, Uint8Array>();

  constructor(side: CaptureSide, options: Required<CopyOnWriteOptions>) {
    this.#side = side;
    this.#options = options;
    this.#guard = side.vm.guest.memory.guardWrites((page) => {
      this.#copyBeforeWrite(page);
    });
  }

  *postpone(): Process {
    const { dirty, steps, host } = this.#side;
    const { epochs, hotEpochs } = this.#options;
    assert(this.#takenCount === this.#queue.length, "all was sent with its epoch");
    assert(this.#copies.size === 0, "what was copied was sent");
    const cold = new PageSet();
    for (const page of dirty.pages) {
      if (this.#history.count(page, steps.epoch, epochs) <= hotEpochs) {
        cold.add(page);
        dirty.pages.delete(page);
      }
      this.#history.note(page, steps.epoch);
    }
    this.#queue = cold.toArray();
    this.#takenCount = 0;
    if (this.#options.broken.unprotected !== true) this.#guard.forbidPages(cold);
    const { clearPageNs, tlbInvalidateNs } = host.profile;
    yield* host.compute(cold.size * clearPageNs + tlbInvalidateNs);
  }

  takePostponed(most: number): readonly PageCopy[] {
    const { memory } = this.#side.vm.guest;
    const pages = this.#queue.slice(this.#takenCount, this.#takenCount + most);
    this.#takenCount += pages.length;
    return pages.map((page) => {
      const bytes = this.#copies.get(page) ?? memory.page(page).slice();
      this.#copies.delete(page);
      this.#guard.permit(page, 1);
      return { page, bytes };
    });
  }

  end(): void {
    this.#guard.release();
  }

  #copyBeforeWrite(page: number): void {
    const { vm, dirty, host } = this.#side;
    const bytes = new Uint8Array(PAGE_SIZE);
    bytes.set(vm.guest.memory.page(page));
    this.#copies.set(page, bytes);
    this.#guard.permit(page, 1);
    dirty.charge(host.profile.writeFaultNs + host.profile.copyPageNs);
  }
}
