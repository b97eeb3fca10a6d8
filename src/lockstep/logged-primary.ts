import { Checkpointer } from "../checkpoint/checkpointer.ts";
import type { CheckpointSettings } from "../checkpoint/options.ts";
import type { PrimarySide } from "../checkpoint/primary-side.ts";
import type { Trigger } from "../checkpoint/trigger/trigger.ts";
import { PageSet } from "../memory/page-set.ts";
import { assert } from "../sim/assert.ts";
import type { Process, ProcessHandle } from "../sim/process.ts";
import { Signal } from "../sim/signal.ts";
import { Lag } from "./lag.ts";
import { MachineLog } from "./machine-log.ts";
import type { LogSettings } from "./options.ts";
import type { LockstepRecord } from "./records.ts";
import { Throttle } from "./throttle.ts";

/** How a primary is logged. */
export interface LoggedPrimaryOptions {
  readonly checkpoint: CheckpointSettings;
  readonly log: LogSettings;
  /**
   * Whether the secondary replays the log as it comes: then there is no second checkpoint unless the replay
   * has diverged, and the primary waits for a secondary that lags.
   */
  readonly follows: boolean;
  /** See `MachineLogOptions.isError`. */
  readonly isError?: ((packet: Uint8Array) => boolean) | undefined;
}

/** The primary's part of every scheme that is made of checkpoints and a log of what happened since. */
export class LoggedPrimary {
  readonly #side: PrimarySide;
  readonly #options: LoggedPrimaryOptions;
  readonly #log: MachineLog;
  readonly #checkpointer: Checkpointer;
  /** Set while only a checkpoint can mend the replay. */
  readonly #diverged: Signal;
  /** Pages that the secondary's replay has written and that are to be as the primary's. */
  readonly #foreign = new PageSet();
  readonly #lag = new Lag();
  #throttling: ProcessHandle<never> | undefined;

  /** @throws StandinTypeError when a part cannot serve such a machine. */
  constructor(side: PrimarySide, options: LoggedPrimaryOptions) {
    const { engine, host, vm, requested } = side;
    const [stream] = side.moreStreams ?? [];
    assert(stream !== undefined, "a log has a stream of its own");
    this.#side = side;
    this.#options = options;
    this.#diverged = new Signal(engine, `${vm.name} on ${host.name}: replay diverged`);
    this.#log = new MachineLog({
      ...{ side, stream, bufferBytes: options.log.bufferBytes, diskReads: options.log.diskReads },
      ...{ broken: options.log.broken, isError: options.isError },
      full: () => requested.set(),
      sent: (position) => this.#lag.sent(position, host.clock.monotonic()),
      replayed: (position) => this.#lag.replayed(position),
      diverged: ({ pages }) => {
        for (const page of pages) this.#foreign.add(page);
        this.#diverged.set();
      },
    });
    const checkpoint = options.follows
      ? { ...options.checkpoint, trigger: this.#afterDivergence() }
      : options.checkpoint;
    this.#checkpointer = new Checkpointer({ ...side, moreStreams: [] }, checkpoint, {
      holdsOutput: false,
      addPages: (dirty) => this.#addForeign(dirty),
      taken: (epoch) => this.#log.mark(epoch),
      committed: (epoch) => this.#log.committed(epoch),
    });
  }

  /** Replicates for ever. Returns only when the secondary keeps refusing a checkpoint. */
  *run(): Process<"refused"> {
    const { engine, host, vm } = this.#side;
    this.#log.start();
    if (this.#options.follows) {
      const name = `${vm.name} on ${host.name}: throttle`;
      this.#throttling = engine.spawn(name, host.owner, () => this.#throttle());
    }
    return yield* this.#checkpointer.run();
  }

  /** Protection has ended and {@link run} was killed: gives back what was taken from the machine. */
  end(): void {
    this.#throttling?.kill();
    this.#log.end();
    this.#checkpointer.end();
    this.#side.vm.setThrottle(0);
  }

  /** Checkpoints are for a replay that went wrong only. */
  #afterDivergence(): Trigger {
    const diverged = this.#diverged;
    return {
      name: "after a divergence",
      *wait() {
        yield* diverged.wait();
      },
    };
  }

  /** The stand-by machine has written pages of its own: they are sent, too, whatever the primary wrote. */
  *#addForeign(dirty: PageSet): Process {
    const { vm, host } = this.#side;
    const { regions } = vm.guest.memory;
    this.#diverged.clear();
    for (const page of this.#foreign) {
      if (regions.some((region) => region.contains(page))) dirty.add(page);
    }
    const foreign = this.#foreign.size;
    this.#foreign.clear();
    yield* host.compute(foreign * host.profile.collectPageNs);
  }

  *#throttle(): Process<never> {
    const { engine, host, vm, term } = this.#side;
    const { lagMost, lagCheck } = this.#options.log;
    const throttle = new Throttle(lagMost);
    for (;;) {
      yield* host.clock.sleep(lagCheck);
      const lagNs = this.#lag.behindNs(host.clock.monotonic());
      // A machine that stands still is not slowed down.
      if (this.#log.failed || !throttle.look(lagNs)) continue;
      vm.setThrottle(throttle.slowdownPpm);
      const { sharePpm } = throttle;
      engine.trace.emit<LockstepRecord>({
        kind: "log.throttled",
        ...{ machine: vm.name, host: host.name, term },
        ...{ position: this.#log.position, sharePpm, lagNs },
      });
    }
  }
}
