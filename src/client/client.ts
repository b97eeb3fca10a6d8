import { decodePacket, encodePacket } from "../guest/packet.ts";
import type { ClientEndpoint } from "../host/client-endpoint.ts";
import { assert } from "../sim/assert.ts";
import { Channel } from "../sim/channel.ts";
import type { Engine } from "../sim/engine.ts";
import { StandinRangeError } from "../sim/errors.ts";
import { type Process, sleep } from "../sim/process.ts";
import { Signal } from "../sim/signal.ts";
import { minutes, ms, type Nanoseconds, us } from "../sim/time.ts";
import type { ClientRecord } from "./records.ts";

/** How a client behaves. */
export interface ClientOptions {
  /** Requests to make in all, numbered from 1. Default 1,000, at most 65,535. */
  readonly requests?: number;
  /**
   * Mean pause before each new request: the pauses are drawn evenly from half to one and a half of
   * it, from the random stream `NAME: think`. Default 200 µs.
   */
  readonly think?: Nanoseconds;
  /**
   * How far a request's number may be ahead of the oldest one without a reply, that is, most
   * requests outstanding at a time. Default 32, the most.
   */
  readonly window?: number;
  /** Without a reply for so long, a request is sent again with the same number. Default 100 ms. */
  readonly timeout?: Nanoseconds;
}

/** Most requests that a machine's sessions let a client keep outstanding. */
export const WINDOW_MAX = 32;

/** Longest mean pause between requests. */
const THINK_MAX_NS: Nanoseconds = minutes(60);

/** Most requests of one client: the bound of the machine's journal. */
export const REQUESTS_MAX = 65_535;

/** One request and what the client was told. */
export interface Invocation {
  readonly number: number;
  /** What was asked, without the packet's header. */
  readonly request: Uint8Array;
  readonly invokedAtNs: Nanoseconds;
  /** How often it was sent. */
  readonly attempts: number;
  /** What was answered, and when; absent as long as nothing was. */
  readonly reply?: Uint8Array;
  readonly repliedAtNs?: Nanoseconds;
}

type Pending = { -readonly [Key in keyof Invocation]: Invocation[Key] };

/** What a client is made of. */
export interface ClientParts {
  readonly engine: Engine;
  readonly endpoint: ClientEndpoint;
  /** Number of the client in its packets. */
  readonly id: number;
  /** Address of the machine that is asked. */
  readonly machine: string;
  /** Gives the payload of each request; called once for each number, in ascending order. */
  readonly request: (number: number) => Uint8Array;
}

/**
 * A client that asks a machine over the network: numbered requests, several outstanding at a time,
 * sent again with the same number until they are answered. It never fails itself.
 */
export class Client {
  readonly name: string;
  readonly id: number;
  readonly machine: string;
  /** Requests to make in all. */
  readonly requests: number;
  readonly #parts: ClientParts;
  readonly #options: Required<ClientOptions>;
  readonly #history: Pending[] = [];
  readonly #outstanding = new Map<number, Pending>();
  /** Requests in the order in which their time-outs end. */
  readonly #deadlines: Channel<{ readonly number: number; readonly atNs: Nanoseconds }>;
  readonly #room: Signal;
  #acknowledged = 0;

  /** Begins to ask at once. */
  constructor(parts: ClientParts, options: ClientOptions = {}) {
    const { engine, endpoint } = parts;
    this.#parts = parts;
    this.#options = checked(options);
    this.name = endpoint.name;
    this.id = parts.id;
    this.machine = parts.machine;
    this.requests = this.#options.requests;
    this.#deadlines = new Channel(engine, `${this.name}: deadlines`, { capacity: REQUESTS_MAX });
    this.#room = new Signal(engine, `${this.name}: room`);
    const owner = engine.createOwner(this.name);
    engine.spawn(`${this.name}: ask`, owner, () => this.#ask());
    engine.spawn(`${this.name}: listen`, owner, () => this.#listen());
    engine.spawn(`${this.name}: ask again`, owner, () => this.#askAgain());
  }

  /** Requests made so far. */
  get issued(): number {
    return this.#history.length;
  }

  /** Requests that were answered. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** All requests made so far, in the order of their numbers. */
  get history(): readonly Invocation[] {
    return this.#history;
  }

  /** Numbers of the requests that were answered, ascending. */
  *acknowledgedNumbers(): Generator<number, void, undefined> {
    for (const { number, reply } of this.#history) if (reply !== undefined) yield number;
  }

  *#ask(): Process {
    const { requests, think, window } = this.#options;
    const pauses = this.#parts.engine.random(`${this.name}: think`);
    const least = Math.floor(think / 2);
    for (let number = 1; number <= requests; number += 1) {
      yield* sleep(pauses.between(least, think + think - least));
      // The machine keeps the last `window` replies by number: do not run ahead of the oldest.
      while (number - this.#oldestOutstanding(number) >= window) {
        this.#room.clear();
        yield* this.#room.wait();
      }
      const invokedAtNs = this.#parts.engine.now;
      const request = this.#parts.request(number);
      const invocation: Pending = { number, request, invokedAtNs, attempts: 0 };
      this.#history.push(invocation);
      this.#outstanding.set(number, invocation);
      const { machine, name: client } = this;
      this.#record({ kind: "request.invoked", client, machine, number, bytes: request.length });
      this.#send(invocation);
    }
  }

  /** The lowest number without a reply, `next` if there is none: numbers were added in order. */
  #oldestOutstanding(next: number): number {
    for (const number of this.#outstanding.keys()) return number;
    return next;
  }

  *#listen(): Process<never> {
    const { endpoint, engine, id } = this.#parts;
    const { machine, name: client } = this;
    for (;;) {
      const reply = decodePacket(yield* endpoint.inbox.receive());
      if (reply?.client !== id) continue;
      const { number } = reply;
      const invocation = this.#outstanding.get(number);
      if (invocation === undefined) {
        // Answered before: a machine that stood in may repeat what its predecessor said.
        this.#record({ kind: "reply.repeated", client, machine, number });
        continue;
      }
      this.#outstanding.delete(number);
      invocation.reply = reply.payload.slice();
      invocation.repliedAtNs = engine.now;
      this.#acknowledged += 1;
      const latencyNs = engine.now - invocation.invokedAtNs;
      const { attempts } = invocation;
      this.#record({ kind: "request.acknowledged", client, machine, number, latencyNs, attempts });
      this.#room.set();
    }
  }

  *#askAgain(): Process<never> {
    const { engine } = this.#parts;
    for (;;) {
      // All time-outs are equally long, so they end in the order in which they began.
      const { number, atNs } = yield* this.#deadlines.receive();
      if (atNs > engine.now) yield* sleep(atNs - engine.now);
      const invocation = this.#outstanding.get(number);
      if (invocation === undefined) continue;
      const { machine, name: client } = this;
      const attempt = invocation.attempts + 1;
      this.#record({ kind: "request.retried", client, machine, number, attempt });
      this.#send(invocation);
    }
  }

  #send(invocation: Pending): void {
    const { engine, endpoint, id } = this.#parts;
    invocation.attempts += 1;
    const { number, request } = invocation;
    endpoint.send(this.machine, encodePacket({ client: id, number, payload: request }));
    const noted = this.#deadlines.send({ number, atNs: engine.now + this.#options.timeout });
    assert(noted, "a request has one deadline at a time");
  }

  #record(record: ClientRecord): void {
    this.#parts.engine.trace.emit<ClientRecord>(record);
  }
}

function checked(options: ClientOptions): Required<ClientOptions> {
  const { requests = 1_000, think = us(200), window = WINDOW_MAX, timeout = ms(100) } = options;
  const within = (name: string, value: number, least: number, most: number): void => {
    if (Number.isSafeInteger(value) && value >= least && value <= most) return;
    throw new StandinRangeError(
      "CLIENT_OPTION",
      `${name}: expected a whole number from ${least} to ${most}, got ${value}`,
    );
  };
  within("requests", requests, 0, REQUESTS_MAX);
  within("think", think, 0, THINK_MAX_NS);
  within("window", window, 1, WINDOW_MAX);
  within("timeout", timeout, 1, Number.MAX_SAFE_INTEGER);
  return { requests, think, window, timeout };
}
