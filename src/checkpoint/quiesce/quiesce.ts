import type { Guest } from "../../guest/guest.ts";
import type { Host } from "../../host/host.ts";
import type { VirtualMachine } from "../../host/virtual-machine.ts";
import type { Engine } from "../../sim/engine.ts";
import type { Process } from "../../sim/process.ts";

/** What comes to rest works with, for one checkpoint. */
export interface QuiesceContext {
  readonly engine: Engine;
  readonly host: Host;
  readonly vm: VirtualMachine;
  /** The machine's name. */
  readonly machine: string;
  readonly term: number;
  /** The checkpoint that is about to be taken. */
  readonly epoch: number;
  /** Asks the secondary to come to rest too, and returns when it says that it is ready. */
  readonly secondaryReady: () => Process;
}

/** What comes to rest before a machine is stopped, and goes on after it. A value: no state of its own. */
export interface Quiesce {
  /** What it is, with its settings, for reports. */
  readonly name: string;
  /**
   * Refuses a machine that it cannot bring to rest.
   *
   * @param image Name of the machine's image, for the message.
   * @throws StandinTypeError `PART_NEEDS`.
   */
  expect?(guest: Guest, image: string): void;
  /** Runs before the machine is paused, and while it runs. It may be killed at any wait. */
  begin(context: QuiesceContext): Process;
  /** Runs after the machine was resumed, or when protection ends. Nothing happens a second time. */
  end(context: QuiesceContext): void;
}
