import type { Guest } from "../../guest/guest.ts";
import type { Host } from "../../host/host.ts";
import type { Network } from "../../host/network.ts";
import type { VirtualMachine } from "../../host/virtual-machine.ts";
import type { Engine } from "../../sim/engine.ts";
import type { Process } from "../../sim/process.ts";
import type { Signal } from "../../sim/signal.ts";
import type { Scheme } from "../scheme.ts";

/** A way to move a machine, to choose once for any number of machines: it has no state of its own. */
export interface MigrationWay {
  /** Name of the way and its settings, for records. */
  readonly name: string;
  /**
   * Looks whether it can move such a machine; asked before anything is changed.
   *
   * @param image Name of the machine's image, for the message.
   * @throws StandinTypeError with one sentence that names the way and the machine, and says why.
   */
  expect?(guest: Guest, image: string): void;
  /** Begins to move one machine. */
  begin(parties: MigrationParties): MachineMigration;
}

/** Between which hosts a machine moves. */
export interface MigrationParties {
  readonly engine: Engine;
  readonly network: Network;
  readonly machine: string;
  /** The host that it leaves. */
  readonly from: Host;
  readonly to: Host;
}

/**
 * How one machine is moved. Until it is handed over its new host is a secondary like any other: who serves is
 * decided by the witness.
 */
export interface MachineMigration {
  /** What source and target do until then. */
  readonly scheme: Scheme;
  /** Set at the source once the machine may be handed over. */
  readonly ready: Signal;
  /**
   * What the source has to do when the target serves, before it may forget the machine. Ways that have
   * nothing left have none.
   */
  afterwards?(vm: VirtualMachine, term: number): Process;
  /** The machine was moved, or stays: the source gives back what it has taken. */
  end?(): void;
}

/** Defects that can be switched on one by one, to show that the checks notice; never set otherwise. */
export interface MigrationDefects {
  /** Of pre-copy: a page that was skipped because it was written again is not sent in the next round. */
  readonly skippedForgotten?: boolean;
  /** Of post-copy: a machine that touches a page which has not come goes on with a page of zeros. */
  readonly zeroPage?: boolean;
}
