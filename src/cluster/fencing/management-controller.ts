import type { Host } from "../../host/host.ts";
import type { Network } from "../../host/network.ts";
import { assert } from "../../sim/assert.ts";
import type { Engine } from "../../sim/engine.ts";
import { StandinRangeError } from "../../sim/errors.ts";
import { type Process, sleep } from "../../sim/process.ts";
import { ms, type Nanoseconds } from "../../sim/time.ts";
import { confirmationPort, decodePower, encodePower, POWER_PORT } from "./power-message.ts";
import type { FencingRecord } from "./records.ts";

/**
 * From an order to the moment when the host is off, unless told otherwise. IPMI's "power down" acts at
 * once; most of the time goes into the session. Fence agents of Linux clusters take some seconds.
 */
export const POWER_OFF_NS_DEFAULT: Nanoseconds = ms(10);

/** Longest that a controller may take: an hour. */
const POWER_OFF_NS_MAX: Nanoseconds = 3_600_000_000_000;

/** What a controller is made of. */
export interface ManagementControllerOptions {
  readonly engine: Engine;
  readonly network: Network;
  /** The host whose power it controls. */
  readonly managed: Host;
  /** The controller itself: a small computer with standby power, on the management network. */
  readonly node: Host;
  /** From an order to the moment when the host is off. Default 10 ms. */
  readonly powerOff?: Nanoseconds;
}

/** The name of a host's controller. */
export function controllerOf(host: string): string {
  return `bmc ${host}`;
}

/**
 * A baseboard management controller (IPMI 2.0, chassis control): it cuts the power of the host that it sits
 * in, whatever that host does, and says when that is done.
 *
 * An order is obeyed once for each term of a machine: a late copy of one that was obeyed must not shoot the
 * host after it was restarted and stands by again. What it has obeyed survives a crash of the controller.
 */
export class ManagementController {
  readonly node: Host;
  readonly #options: ManagementControllerOptions;
  readonly #powerOffNs: Nanoseconds;
  /** By machine: the term of the newest order that was obeyed. */
  readonly #obeyed: Map<string, number> = new Map();

  /**
   * Listens at once, and again whenever the controller is restarted.
   *
   * @throws StandinRangeError `CONTROLLER_OPTION` when the time to power off is out of range.
   */
  constructor(options: ManagementControllerOptions) {
    const { engine, node, managed, powerOff = POWER_OFF_NS_DEFAULT } = options;
    assert(node !== managed, "a controller is a computer of its own");
    if (!Number.isSafeInteger(powerOff) || powerOff < 0 || powerOff > POWER_OFF_NS_MAX) {
      throw new StandinRangeError(
        "CONTROLLER_OPTION",
        `powerOff: expected whole nanoseconds from 0 to an hour, got ${powerOff}`,
      );
    }
    this.#options = options;
    this.#powerOffNs = powerOff;
    this.node = node;
    node.onStart(() => {
      engine.spawn(`controller of ${managed.name}`, node.owner, () => this.#serve());
    });
  }

  *#serve(): Process<never> {
    const { engine, network, managed } = this.#options;
    const orders = this.node.open(POWER_PORT);
    for (;;) {
      const { from, bytes } = yield* orders.receive();
      const order = decodePower(bytes);
      if (order?.type !== "order") continue;
      const { machine, term } = order;
      // 1. Cut the power, unless this order was obeyed before and only its confirmation was lost.
      if (term > (this.#obeyed.get(machine) ?? 0)) {
        yield* sleep(this.#powerOffNs);
        managed.crash();
        this.#obeyed.set(machine, term);
        const about = { machine, host: managed.name, term, by: from };
        yield* engine.announce<FencingRecord>({ kind: "power.cut", ...about });
      }
      // 2. Say so.
      const confirmed = encodePower({ type: "confirmed", machine, term });
      network.send(this.node, from, confirmationPort(machine), confirmed);
    }
  }
}
