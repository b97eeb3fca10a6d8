import { PAGE_SIZE } from "../memory/page.ts";
import { assert } from "../sim/assert.ts";
import type { Process, ProcessHandle } from "../sim/process.ts";
import { Signal } from "../sim/signal.ts";
import type { Nanoseconds } from "../sim/time.ts";
import type { MachineBringUp } from "./bring-up/bring-up.ts";
import type { CaptureSide, MachineCapture } from "./capture/capture.ts";
import type { CheckpointHooks } from "./checkpoint-hooks.ts";
import { DirtyPages } from "./dirty-pages.ts";
import { EpochSteps } from "./epoch-steps.ts";
import type { CheckpointSettings } from "./options.ts";
import { GROUP_PAGES_MAX, type PageCopy } from "./page-group.ts";
import type { PrimarySide } from "./primary-side.ts";
import type { QuiesceContext } from "./quiesce/quiesce.ts";
import { stateDigest } from "./state-digest.ts";
import { CheckpointSender } from "./transfer/checkpoint-sender.ts";
import type { TriggerContext } from "./trigger/trigger.ts";

/**
 * The primary's part of periodic checkpoints, made of the parts that its settings name.
 *
 * Source: Remus (Cully et al., NSDI'08), section 3: whole-system checkpoints at a high rate, the
 * machine going on while the last one is sent (speculative execution), its output held until the
 * secondary has it.
 */
export class Checkpointer {
  /** Set between two checkpoints, when nothing of either is under way. */
  readonly atRest: Signal;
  readonly #side: PrimarySide;
  readonly #settings: CheckpointSettings;
  readonly #hooks: CheckpointHooks;
  readonly #steps: EpochSteps;
  readonly #dirty: DirtyPages;
  readonly #sender: CheckpointSender;
  readonly #bringUp: MachineBringUp;
  readonly #capture: MachineCapture;
  #startedAtNs: Nanoseconds = 0;
  #tookNs: Nanoseconds = 0;
  /** What the capture does between two checkpoints: a process beside the one that is killed. */
  #between: ProcessHandle | undefined;
  /** Only for the broken variant that sends them late. */
  #previousRegisters: Uint8Array | undefined;

  /** @throws StandinTypeError when a part cannot serve such a machine. */
  constructor(side: PrimarySide, settings: CheckpointSettings, hooks: CheckpointHooks = {}) {
    const { engine, host, term, vm } = side;
    this.atRest = new Signal(engine, `${vm.name} on ${host.name}: no checkpoint under way`);
    this.#side = side;
    this.#settings = settings;
    this.#hooks = hooks;
    this.#steps = new EpochSteps({ engine, machine: vm.name, host, term });
    this.#dirty = new DirtyPages(side, settings);
    this.#sender = new CheckpointSender(side, settings, this.#steps);
    const captured: CaptureSide = {
      ...{ engine, host, vm, steps: this.#steps, dirty: this.#dirty },
      sendRunning: (pages, isWanted) => this.#sendRunning(pages, isWanted),
    };
    this.#bringUp = settings.bringUp.begin(captured);
    this.#capture = settings.capture.begin(captured);
  }

  /** Replicates for ever. Returns only when the secondary keeps refusing a checkpoint. */
  *run(): Process<"refused"> {
    this.#startedAtNs = this.#clockNs();
    this.#dirty.start();
    this.#sender.begin();
    yield* this.#steps.announce("synchronisation.started");
    this.#side.vm.guest.memory.collectTouched(this.#dirty.pages);
    yield* this.#bringUp.beforeCheckpoints();
    for (;;) {
      const outcome = yield* this.#checkpoint();
      if (outcome === "refused") return outcome;
      this.#steps.epoch += 1;
      this.#sender.begin();
      this.atRest.set();
      yield* this.#interval();
      this.atRest.clear();
    }
  }

  /**
   * After {@link run} was killed {@link atRest}: one more checkpoint, after which the machine stands still,
   * in a state that the secondary has, with nothing left to be released.
   */
  *last(): Process<"committed" | "refused"> {
    assert(this.atRest.isSet, "the last checkpoint begins when the one before is over");
    if (this.#between !== undefined) {
      this.#capture.checkpointDue?.();
      yield* this.#between.join();
    }
    return yield* this.#checkpoint(true);
  }

  /** Protection has ended and {@link run} was killed: gives back what was taken from the machine. */
  end(): void {
    this.#settings.quiesce.end(this.#quiesceContext());
    this.#between?.kill();
    this.#capture.end?.();
    this.#sender.close();
    this.#dirty.stop();
  }

  /** @param isLast Whether the machine is to stand still after it. */
  *#checkpoint(isLast = false): Process<"committed" | "refused"> {
    const { vm, gate, host, engine, digest, requested } = this.#side;
    const { profile } = host;
    const { broken } = this.#settings;
    this.#startedAtNs = this.#clockNs();
    requested.clear();
    yield* this.#steps.announce("checkpoint.started");

    // 0. What the capture does while the machine still runs; then what it talks to comes to rest.
    yield* this.#capture.beforeStop?.() ?? [];
    yield* this.#settings.quiesce.begin(this.#quiesceContext());

    // 1. Stop the machine at a boundary.
    const pausedAtNs = engine.now;
    yield* vm.pause();
    yield* host.compute(profile.suspendNs + profile.epochFixedNs);
    yield* this.#steps.announce("checkpoint.paused");

    // 2. Collect the dirty pages; clearing them and invalidating translations is one step with it.
    yield* this.#dirty.collect();
    const pagesLeft = this.#bringUp.atStop();
    const isComplete = pagesLeft === 0;
    yield* this.#hooks.addPages?.(this.#dirty.pages, this.#steps.epoch) ?? [];
    yield* this.#capture.postpone?.() ?? [];
    yield* this.#steps.announce("checkpoint.collected", { pages: this.#dirty.pages.size });

    // 3. Copy them, with registers, so that the machine can go on writing.
    const pages = this.#copy(this.#dirty.pages.toArray());
    const registers = vm.guest.saveRegisters();
    this.#hooks.taken?.(this.#steps.epoch);
    const regionPages = vm.guest.memory.regions.map(({ pageCount }) => pageCount);
    yield* host.compute(pages.length * profile.copyPageNs);
    yield* this.#steps.announce("checkpoint.copied", {
      pages: pages.length,
      digest: stateDigest(digest, registers),
    });

    // 4. Output from here on belongs to the next epoch. Resume.
    const holdsOutput = isComplete && this.#hooks.holdsOutput !== false;
    if (holdsOutput) gate.begin(this.#steps.epoch + 1);
    if (holdsOutput && broken.releaseAtStop) gate.release(this.#steps.epoch);
    const stands = isLast || this.#hooks.standsUntilCommitted === true;
    if (!stands) yield* this.#resume(pausedAtNs);
    if (!isComplete) yield* this.#steps.announce("bring-up.group", { left: pagesLeft });

    // 5. Send the pages in groups, those last that are copied only now.
    yield* this.#sender.send(pages);
    yield* this.#sendPostponed();

    // 6. Send the commit record.
    if (broken.clearDirtyAfterCopy) this.#dirty.discard();
    const stale = broken.staleRegisters ? this.#previousRegisters : undefined;
    this.#previousRegisters = registers;
    const commit = { regionPages, registers: stale ?? registers, complete: isComplete };
    const bytes = yield* this.#sender.commit(commit);
    yield* this.#steps.announce("commit.sent", { pages: this.#sender.pages, bytes });

    // 7. Wait until the secondary has it; send it again if it was refused.
    if ((yield* this.#sender.acknowledgement()) === "refused") return "refused";
    const sent = { pages: this.#sender.pages, bytes: this.#sender.bytes };
    yield* this.#steps.announce("checkpoint.acknowledged", sent);

    // 8. Release the output of this epoch.
    if (stands && !isLast) yield* this.#resume(pausedAtNs);
    this.#hooks.committed?.(this.#steps.epoch);
    if (holdsOutput) gate.release(this.#steps.epoch);
    this.#tookNs = this.#clockNs() - this.#startedAtNs;
    return "committed";
  }

  /** The machine, and what came to rest with it, goes on. */
  *#resume(pausedAtNs: Nanoseconds): Process {
    const { host, vm, engine } = this.#side;
    yield* host.compute(host.profile.resumeNs);
    vm.resume();
    this.#settings.quiesce.end(this.#quiesceContext());
    yield* this.#steps.announce("checkpoint.resumed", { pauseNs: engine.now - pausedAtNs });
  }

  /** Waits until the next checkpoint is due; a capture may send pages meanwhile. */
  *#interval(): Process {
    const { engine, host, vm } = this.#side;
    const between = this.#capture.between?.();
    const { trigger } = this.#settings;
    if (between === undefined) {
      yield* trigger.wait(this.#triggerContext());
      return;
    }
    const name = `${vm.name} on ${host.name}: ${this.#settings.capture.name}`;
    this.#between = engine.spawn(name, host.owner, () => between);
    yield* trigger.wait(this.#triggerContext());
    this.#capture.checkpointDue?.();
    yield* this.#between.join();
  }

  /** Copied at the moment of sending: a page written later is dirty again. */
  *#sendRunning(numbers: readonly number[], isWanted?: () => boolean): Process<number> {
    for (let from = 0; from < numbers.length; from += GROUP_PAGES_MAX) {
      if (isWanted?.() === false) return from;
      yield* this.#sender.send(this.#copy(numbers.slice(from, from + GROUP_PAGES_MAX)));
    }
    return numbers.length;
  }

  *#sendPostponed(): Process {
    const { host } = this.#side;
    for (;;) {
      const pages = this.#capture.takePostponed?.(GROUP_PAGES_MAX) ?? [];
      if (pages.length === 0) return;
      yield* host.compute(pages.length * host.profile.copyPageNs);
      yield* this.#sender.send(pages);
    }
  }

  #quiesceContext(): QuiesceContext {
    const { engine, host, vm, term } = this.#side;
    const { epoch } = this.#steps;
    const secondaryReady = (): Process => this.#sender.prepare();
    return { engine, host, vm, machine: vm.name, term, epoch, secondaryReady };
  }

  #triggerContext(): TriggerContext {
    const { engine, host, vm, gate, held, requested } = this.#side;
    return {
      engine,
      host,
      held,
      requested,
      machine: vm.name,
      startedAtNs: this.#startedAtNs,
      tookNs: this.#tookNs,
      clockNs: () => this.#clockNs(),
      heldBytes: () => gate.heldBytes,
      notedPages: () => this.#dirty.notedPages ?? 0,
      noted: this.#dirty.noted,
      urgentBytes: () => gate.urgentBytes,
      deferredUntilNs: () => gate.deferredUntilNs,
    };
  }

  /** Intervals are measured on the clock that cannot be set. */
  #clockNs(): Nanoseconds {
    const { clock } = this.#side.host;
    return this.#settings.broken.wallClockInterval ? clock.now() : clock.monotonic();
  }

  /** Copies of pages as they are now, all in one buffer; they are dirty no more. */
  #copy(numbers: readonly number[]): PageCopy[] {
    const { memory } = this.#side.vm.guest;
    const staging = new Uint8Array(numbers.length * PAGE_SIZE);
    return numbers.map((page, index) => {
      const bytes = staging.subarray(index * PAGE_SIZE, (index + 1) * PAGE_SIZE);
      bytes.set(memory.page(page));
      this.#dirty.take(page);
      return { page, bytes };
    });
  }
}
