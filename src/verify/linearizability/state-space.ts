import { assert } from "../../sim/assert.ts";
import { StandinTypeError } from "../../sim/errors.ts";
import { canonicalText, showValue } from "../history/json-value.ts";
import type { Operation } from "../history/operation.ts";
import type { Model } from "./model.ts";

/** What `step` returns where the model cannot take the step. */
export const IMPOSSIBLE = -1;

/** Steps that are remembered; a newer one takes the place of an older one with the same hash. */
const CACHED_STEPS = 4_096;

/** A command that several operations may share. */
interface KnownCommand<Command> {
  readonly command: Command;
  readonly readOnly: boolean;
}

/**
 * A model's states and commands as small integers, so that the search compares and hashes integers
 * and asks the model about each pair of state and command seldom more than once.
 */
export class StateSpace<State, Command> {
  readonly #model: Model<State, Command>;
  readonly #states: State[] = [];
  readonly #stateIds: Map<string | number, number> = new Map();
  readonly #commands: KnownCommand<Command>[] = [];
  readonly #commandIds: Map<string, number> = new Map();
  /** Three words a step: state, command, state after it. */
  readonly #cache: Int32Array = new Int32Array(3 * CACHED_STEPS).fill(IMPOSSIBLE - 1);
  /** Number of the initial state. */
  readonly initial: number;

  /** @throws StandinTypeError as {@link step} does, for the initial state. */
  constructor(model: Model<State, Command>) {
    this.#model = model;
    this.initial = this.#number(model.initial);
  }

  /**
   * The number of an operation's command.
   *
   * @throws StandinTypeError `JSON_VALUE` if the model's command is not plain JSON data, and whatever
   *   the model throws for an operation that it does not take.
   */
  command(operation: Operation): number {
    const command = this.#model.command(operation);
    const text = canonicalText(command);
    let id = this.#commandIds.get(text);
    if (id === undefined) {
      id = this.#commands.length;
      const readOnly = this.#model.isReadOnly?.(command) ?? false;
      this.#commands.push({ command, readOnly });
      this.#commandIds.set(text, id);
    }
    return id;
  }

  /** A command, given by number. */
  commandOf(command: number): Command {
    return this.#known(command).command;
  }

  /** Whether a command, given by number, changes no state. */
  isReadOnly(command: number): boolean {
    return this.#known(command).readOnly;
  }

  /**
   * The number of the state after a command, or {@link IMPOSSIBLE}.
   *
   * @throws StandinTypeError `MODEL_STATE_KEY` if the key of a new state is neither text nor number.
   */
  step(state: number, command: number): number {
    const hash = Math.imul(state, 0x9e3779b1) ^ Math.imul(command, 0x85ebca6b);
    const at = 3 * ((hash ^ (hash >>> 15)) & (CACHED_STEPS - 1));
    const cache = this.#cache;
    if (cache[at] === state && cache[at + 1] === command) return cache[at + 2]!;
    const next = this.#ask(state, command);
    cache[at] = state;
    cache[at + 1] = command;
    cache[at + 2] = next;
    return next;
  }

  /** A state, given by number, for people. */
  describe(state: number): string {
    const value = this.#stateOf(state);
    return this.#model.describeState?.(value) ?? String(this.#model.stateKey(value));
  }

  #ask(state: number, command: number): number {
    const next = this.#model.step(this.#stateOf(state), this.commandOf(command));
    return next === undefined ? IMPOSSIBLE : this.#number(next);
  }

  #known(command: number): KnownCommand<Command> {
    const known = this.#commands[command];
    assert(known !== undefined, "state space: a command is one of those that were numbered");
    return known;
  }

  #stateOf(state: number): State {
    assert(state >= 0 && state < this.#states.length, "state space: a state is numbered first");
    return this.#states[state] as State;
  }

  #number(state: State): number {
    const key: unknown = this.#model.stateKey(state);
    if (typeof key !== "string" && typeof key !== "number") {
      throw new StandinTypeError(
        "MODEL_STATE_KEY",
        `model ${this.#model.name}: stateKey: expected a text or a number, got ${showValue(key)}`,
      );
    }
    let id = this.#stateIds.get(key);
    if (id === undefined) {
      id = this.#states.length;
      this.#states.push(state);
      this.#stateIds.set(key, id);
    }
    return id;
  }
}
