import { SWITCH_NAME } from "../../host/client-cable.ts";
import type { Invariant } from "../invariant.ts";
import type { StandinRecord } from "../standin-record.ts";

/**
 * Input kept: while a machine is told that it has no input, every packet that arrives for it stays where it
 * is, and so do those that waited already (US10360117). A client that asks again would hide that one is
 * missing.
 */
export class InputKept implements Invariant {
  readonly name = "input-kept";
  /** Packets that should wait, by host and machine; of machines that are told so now. */
  readonly #waiting = new Map<string, Map<string, number>>();

  observe(record: StandinRecord): string | undefined {
    switch (record.kind) {
      case "input.refused":
        this.#of(record.host).set(record.machine, record.waiting);
        return undefined;
      case "link.delivered":
        if (record.from === SWITCH_NAME) this.#arrived(record.to, record.port);
        return undefined;
      case "input.taken":
        return this.#compare(record);
      case "host.crashed":
        this.#waiting.delete(record.host);
        return undefined;
      default:
        return undefined;
    }
  }

  #of(host: string): Map<string, number> {
    let machines = this.#waiting.get(host);
    if (machines === undefined) {
      machines = new Map();
      this.#waiting.set(host, machines);
    }
    return machines;
  }

  #arrived(host: string, machine: string): void {
    const machines = this.#waiting.get(host);
    const waiting = machines?.get(machine);
    if (machines !== undefined && waiting !== undefined) machines.set(machine, waiting + 1);
  }

  #compare(taken: { machine: string; host: string; waiting: number }): string | undefined {
    const { machine, host, waiting } = taken;
    const expected = this.#waiting.get(host)?.get(machine);
    this.#waiting.get(host)?.delete(machine);
    if (expected === waiting) return undefined;
    return `${waiting} packets wait for ${machine} on ${host} when it takes input again; ${expected ?? "no"} should`;
  }
}
