import type { Invocation } from "../../client/client.ts";
import type { EntryKey, HistoryEntry } from "./entry.ts";
import type { JsonValue } from "./json-value.ts";

/** What a request and its reply mean to a model. */
export interface Call {
  readonly f: string;
  readonly key?: EntryKey;
  /** The value of the call. */
  readonly input: JsonValue;
  /** The value of the return; absent when the reply says that nothing was done. */
  readonly output?: JsonValue;
}

/** Reads a request, with its reply if there is one. */
export type ReadCall = (request: Uint8Array, reply: Uint8Array | undefined) => Call;

/** A client as it remembers. */
export interface Remembering {
  readonly name: string;
  readonly history: readonly Invocation[];
}

interface Moment {
  readonly timeNs: number;
  readonly isReturn: boolean;
  readonly client: Remembering;
  readonly invocation: Invocation;
}

/**
 * What clients saw, as a history to check: every request is an operation from its invocation to its
 * reply; one without a reply stays open. A client with several requests outstanding is several
 * processes, `client 1.1`, `client 1.2` and so on. Of what happens at one time, calls come before
 * returns: they count as concurrent.
 */
export function clientHistory(clients: readonly Remembering[], read: ReadCall): HistoryEntry[] {
  const moments = clients.flatMap((client) =>
    client.history.flatMap((invocation) => momentsOf(client, invocation)),
  );
  moments.sort((a, b) => a.timeNs - b.timeNs || Number(a.isReturn) - Number(b.isReturn));
  const lanes = new Lanes();
  return moments.map(({ timeNs, isReturn, client, invocation }, index) => {
    const { f, key, input, output } = read(invocation.request, invocation.reply);
    const lane = isReturn ? lanes.leave(client, invocation) : lanes.take(client, invocation);
    const returned = output === undefined ? "fail" : "ok";
    return {
      index,
      process: `${client.name}.${lane}`,
      type: isReturn ? returned : "invoke",
      f,
      ...(key === undefined ? {} : { key }),
      value: isReturn ? (output ?? null) : input,
      time: timeNs,
    };
  });
}

function momentsOf(client: Remembering, invocation: Invocation): Moment[] {
  const { invokedAtNs, repliedAtNs } = invocation;
  const call = { timeNs: invokedAtNs, isReturn: false, client, invocation };
  if (repliedAtNs === undefined) return [call];
  return [call, { timeNs: repliedAtNs, isReturn: true, client, invocation }];
}

/** Which of a client's processes each outstanding request is: the lowest that is free. */
class Lanes {
  readonly #taken = new Map<Remembering, (Invocation | undefined)[]>();

  take(client: Remembering, invocation: Invocation): number {
    const lanes = this.#taken.get(client) ?? [];
    this.#taken.set(client, lanes);
    const free = lanes.indexOf(undefined);
    const lane = free < 0 ? lanes.length : free;
    lanes[lane] = invocation;
    return lane + 1;
  }

  leave(client: Remembering, invocation: Invocation): number {
    const lanes = this.#taken.get(client) ?? [];
    const lane = lanes.indexOf(invocation);
    lanes[lane] = undefined;
    return lane + 1;
  }
}
