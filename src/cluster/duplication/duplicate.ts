import type { Profile } from "../../guest/profile.ts";
import type { Host } from "../../host/host.ts";
import { assert } from "../../sim/assert.ts";
import type { ProtectedMachine } from "../protected-machine.ts";

/** How far a duplicate is. */
export type DuplicateState =
  /** Its host waits for the copy. */
  | "waiting"
  /** Its host has said that it takes the copy. */
  | "accepted"
  /** Its host has all of the copy; from here on it needs the source no more. */
  | "whole"
  /** It goes by its own profile, and asks the witness whether it may serve under its address. */
  | "configured"
  /** It is a machine of its own. It may fail later, as all machines do. */
  | "running"
  /** It does not run and never will. */
  | "failed";

/** One duplicate of a machine, from the outside. */
export class Duplicate {
  readonly host: Host;
  /** Who it is to be. */
  readonly profile: Profile;
  readonly #incarnation: number;
  #state: DuplicateState = "waiting";
  #reason: string | undefined;
  #machine: ProtectedMachine | undefined;

  /** Made by a duplication, whose host has just begun. */
  constructor(host: Host, profile: Profile) {
    this.host = host;
    this.profile = profile;
    this.#incarnation = host.incarnation;
  }

  /** How far it is. */
  get state(): DuplicateState {
    const isGone = this.host.power === "off" || this.host.incarnation !== this.#incarnation;
    return isGone && this.#state !== "running" ? "failed" : this.#state;
  }

  /** Why it failed; `undefined` unless it has. */
  get reason(): string | undefined {
    if (this.state !== "failed") return undefined;
    return this.#reason ?? `${this.host.name} has crashed`;
  }

  /** The machine that came of it, once it runs: it serves alone and can be protected again. */
  get machine(): ProtectedMachine | undefined {
    return this.#machine;
  }

  /** True while it may still come to run. */
  get pending(): boolean {
    return this.state !== "running" && this.state !== "failed";
  }

  /** @internal */
  reach(state: "accepted" | "whole" | "configured"): void {
    assert(this.#state !== "failed" && this.#state !== "running", "what has ended goes no further");
    this.#state = state;
  }

  /** @internal */
  fail(reason: string): void {
    assert(this.#state !== "running", "a duplicate that runs has not failed");
    this.#state = "failed";
    this.#reason = reason;
  }

  /** @internal */
  run(machine: ProtectedMachine | undefined): void {
    this.#state = "running";
    this.#machine = machine;
  }
}
