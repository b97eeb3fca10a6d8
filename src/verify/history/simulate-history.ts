import { StandinRangeError } from "../../sim/errors.ts";
import { type EntryKey, type EntryType, HISTORY_ENTRIES_MAX, type HistoryEntry } from "./entry.ts";
import type { JsonValue } from "./json-value.ts";

/** Where draws come from: a `RandomStream`, or anything else that gives integers below a limit. */
export interface RandomSource {
  /** An integer from 0 to `limit - 1`. */
  below(limit: number): number;
}

/** What a simulated client asks. */
export interface SimulatedRequest {
  readonly f: string;
  readonly value: JsonValue;
  readonly key?: EntryKey;
}

/** An object that executes one request after the other: what an implementation should look like. */
export interface SimulatedObject<State> {
  readonly initial: State;
  /** Draws a request. */
  request(random: RandomSource): SimulatedRequest;
  /** Executes a request; `output` is the value of its return. Does not change `state`. */
  apply(
    state: State,
    request: SimulatedRequest,
  ): { readonly state: State; readonly output: JsonValue };
}

/** How many clients do what. */
export interface SimulateHistoryOptions {
  /** Clients at work at any time, 1 to 1,000. */
  readonly clients: number;
  /** Calls in the history, 0 to half of {@link HISTORY_ENTRIES_MAX}. */
  readonly operations: number;
  /** Share of the calls of whose end the client is not told, 0 to 100; 0 by default. */
  readonly openPercent?: number;
  /** Share of the calls that fail without effect, 0 to 100; 0 by default. */
  readonly failPercent?: number;
}

/** A client: what it waits for, if anything. */
interface Client {
  process: number;
  request: SimulatedRequest | undefined;
  /** What will become of the call. */
  fate: "ok" | "info" | "fail";
  /** The result, once the call has taken effect. */
  output: JsonValue | undefined;
}

/** Of eight steps, one looks at the calls that their clients have given up. */
const STEPS_PER_LATE_EFFECT = 8;

const CLIENTS_MAX = 1_000;

function checkInteger(name: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  const expected = `expected an integer from ${least} to ${most}`;
  throw new StandinRangeError("SIMULATE_HISTORY", `${name}: ${expected}, got ${value}`);
}

/**
 * The history of concurrent clients of one object that executes one request after the other: it is
 * linearizable by construction. Each client calls, then its call takes effect, then it returns, and
 * in between others do the same. A call that stays open may take effect long after its client has
 * gone, or never; the client goes on as a new process, as in Jepsen.
 *
 * @throws StandinRangeError `SIMULATE_HISTORY` for an option outside its range.
 */
export function simulateHistory<State>(
  object: SimulatedObject<State>,
  options: SimulateHistoryOptions,
  random: RandomSource,
): readonly HistoryEntry[] {
  const { clients: clientCount, operations, openPercent = 0, failPercent = 0 } = options;
  checkInteger("clients", clientCount, 1, CLIENTS_MAX);
  checkInteger("operations", operations, 0, HISTORY_ENTRIES_MAX / 2);
  checkInteger("openPercent", openPercent, 0, 100);
  checkInteger("failPercent", failPercent, 0, 100 - openPercent);

  const entries: HistoryEntry[] = [];
  const abandoned: SimulatedRequest[] = [];
  let state = object.initial;
  let called = 0;
  let busy = 0;
  let nextProcess = clientCount;

  function tell(client: Client, type: EntryType, f: string, value: JsonValue): void {
    const { key } = client.request ?? {};
    const index = entries.length;
    const process = client.process;
    entries.push({
      index,
      process,
      type,
      f,
      value,
      ...(key === undefined ? {} : { key }),
      time: index,
    });
  }

  function execute(request: SimulatedRequest): JsonValue {
    const result = object.apply(state, request);
    state = result.state;
    return result.output;
  }

  function call(client: Client): void {
    const draw = random.below(100);
    client.request = object.request(random);
    client.fate = draw < openPercent ? "info" : draw < openPercent + failPercent ? "fail" : "ok";
    client.output = undefined;
    called += 1;
    busy += 1;
    tell(client, "invoke", client.request.f, client.request.value);
  }

  function end(client: Client, request: SimulatedRequest): void {
    const { fate, output } = client;
    tell(client, fate, request.f, fate === "ok" ? (output ?? null) : request.value);
    client.request = undefined;
    busy -= 1;
    if (fate !== "info") return;
    if (output === undefined) abandoned.push(request);
    client.process = nextProcess;
    nextProcess += 1;
  }

  function advance(client: Client): void {
    const { request, fate, output } = client;
    if (request === undefined) {
      if (called < operations) call(client);
      return;
    }
    // an open call may have taken effect before its client leaves, or not yet
    const takesEffect = fate === "ok" || (fate === "info" && random.below(2) === 0);
    if (output === undefined && takesEffect) client.output = execute(request);
    else end(client, request);
  }

  const clients = Array.from({ length: clientCount }, (_, process): Client => {
    return { process, request: undefined, fate: "ok", output: undefined };
  });
  while (called < operations || busy > 0) {
    if (abandoned.length > 0 && random.below(STEPS_PER_LATE_EFFECT) === 0) {
      const [late] = abandoned.splice(random.below(abandoned.length), 1);
      // half of the abandoned calls never take effect
      if (late !== undefined && random.below(2) === 0) execute(late);
    }
    const client = clients[random.below(clientCount)];
    if (client !== undefined) advance(client);
  }
  return entries;
}
