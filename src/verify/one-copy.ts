import type { Invocation } from "../client/client.ts";
import type { Guest, GuestImage } from "../guest/guest.ts";
import { decodePacket, encodePacket } from "../guest/packet.ts";
import { sameBytes } from "../guest/same-bytes.ts";
import { assert } from "../sim/assert.ts";
import { minutes, type Nanoseconds } from "../sim/time.ts";
import type { TraceRecord, TraceSink } from "../sim/trace.ts";
import type { StandinRecord } from "./standin-record.ts";

/** Longest stretch that the reference machine is given for one request. */
const BUDGET_NS: Nanoseconds = minutes(1);

/** One request, as the machine that served it took it in. */
interface Delivery {
  readonly client: number;
  readonly number: number;
}

/** What one host gave its copy of a machine, and how far that was at each checkpoint. */
interface Log {
  readonly deliveries: Delivery[];
  readonly lengths: Map<string, number>;
  /** What it replayed since the last checkpoint that it applied. */
  replayed: Delivery[];
}

/** What a client asked and was told. */
export interface ClientHistory {
  readonly id: number;
  readonly history: readonly Invocation[];
}

/**
 * One-copy equivalence: whatever failed, the clients were told what a single machine that never
 * fails would have told them.
 *
 * From the trace it takes the order in which requests went into the machine: those that a primary
 * took in after the checkpoint from which its successor went on never happened. A fresh machine is
 * given the same requests in the same order, alone, and every reply that a client got must be, byte
 * for byte, the one that this machine gives. For guests whose replies depend on nothing but their
 * requests; not for those that read the clock or random numbers (`GuestImage.deterministic`).
 */
export class OneCopy implements TraceSink {
  readonly #logs = new Map<string, Log>();
  /** Machine and host of stand-bys that run. */
  readonly #running = new Set<string>();

  record(_atNs: Nanoseconds, _position: number, traced: TraceRecord): void {
    const record = traced as StandinRecord;
    switch (record.kind) {
      case "request.delivered": {
        const { client, number } = record;
        this.#log(record.machine, record.host).deliveries.push({ client, number });
        return;
      }
      case "checkpoint.copied": {
        const log = this.#log(record.machine, record.host);
        log.lengths.set(`${record.term}.${record.epoch}`, log.deliveries.length);
        return;
      }
      case "stand-by.loaded": {
        const { machine, from, host, term, epoch } = record;
        this.#running.add(`${machine} ${host}`);
        this.#follow(machine, host, from, `${term}.${epoch}`);
        return;
      }
      case "failover.started": {
        const { machine, from, host, term, epoch } = record;
        // One that runs has taken in what came since by itself.
        if (this.#running.delete(`${machine} ${host}`)) return;
        const { epochTerm = term - 1 } = record;
        this.#follow(machine, host, from, `${epochTerm}.${epoch}`);
        return;
      }
      case "duplication.copied": {
        const log = this.#log(record.machine, record.host);
        log.lengths.set(`duplication ${record.operation}`, log.deliveries.length);
        return;
      }
      case "duplication.serving": {
        const { machine, host, source, from, operation } = record;
        const before = this.#log(source, from);
        const length = before.lengths.get(`duplication ${operation}`) ?? 0;
        const deliveries = before.deliveries.slice(0, length);
        const since = this.#log(machine, host).deliveries;
        const made = [...deliveries, ...since];
        this.#logs.set(`${machine} ${host}`, {
          deliveries: made,
          lengths: new Map(),
          replayed: [],
        });
        return;
      }
      case "request.replayed": {
        const { client, number } = record;
        const log = this.#log(record.machine, record.host);
        // Before it stands in they wait for the checkpoint that they follow, then they are its own.
        log.replayed.push({ client, number });
        log.deliveries.push({ client, number });
        return;
      }
      case "checkpoint.applied":
        this.#log(record.machine, record.host).replayed = [];
        return;
      default:
    }
  }

  /**
   * A machine that never failed: fresh, and given what the present server took in, in its order.
   *
   * @param host The host that serves the machine now.
   */
  reference(
    image: GuestImage,
    machine: string,
    host: string,
    clients: readonly ClientHistory[],
  ): ReferenceMachine {
    const reference = new ReferenceMachine(image);
    const requests = new Map(clients.map(({ id, history }) => [id, history]));
    for (const { client, number } of this.#log(machine, host).deliveries) {
      const history = requests.get(client);
      // a console's packets only say what has arrived of the transcript
      if (history === undefined) continue;
      const payload = history[number - 1]?.request;
      assert(payload !== undefined, "what was delivered was asked");
      reference.execute(client, number, payload);
    }
    return reference;
  }

  /**
   * Compares what clients were told with what the reference machine tells them.
   *
   * @param host The host that serves the machine now.
   * @param askers Who has asked it at all: of a duplicate its source's clients, too. Default `clients`.
   * @returns What differs, if anything.
   */
  difference(
    image: GuestImage,
    machine: string,
    host: string,
    clients: readonly ClientHistory[],
    askers: readonly ClientHistory[] = clients,
  ): string | undefined {
    const reference = this.reference(image, machine, host, askers);
    for (const { id, history } of clients) {
      for (const { number, reply } of history) {
        if (reply === undefined) continue;
        const expected = reference.reply(id, number);
        const request = `request ${number} of client ${id}`;
        if (expected === undefined) {
          return `${request} was answered; a machine that never fails was never asked it`;
        }
        if (!sameBytes(reply, expected)) {
          return `${request} was answered ${hex(reply)}; a machine that never fails answers ${hex(expected)}`;
        }
      }
    }
    return undefined;
  }

  /** A copy goes on from the state that another had at a checkpoint. */
  #follow(machine: string, host: string, from: string, checkpoint: string): void {
    const before = this.#log(machine, from);
    const length = before.lengths.get(checkpoint) ?? 0;
    const { replayed } = this.#log(machine, host);
    const deliveries = [...before.deliveries.slice(0, length), ...replayed];
    // Whoever follows this one, before it has made a checkpoint of its own, goes on from the same.
    const lengths = new Map([[checkpoint, length]]);
    this.#logs.set(`${machine} ${host}`, { deliveries, lengths, replayed: [] });
  }

  #log(machine: string, host: string): Log {
    const key = `${machine} ${host}`;
    let log = this.#logs.get(key);
    if (log === undefined) {
      log = { deliveries: [], lengths: new Map(), replayed: [] };
      this.#logs.set(key, log);
    }
    return log;
  }
}

/** A machine on no host, that never fails. */
export class ReferenceMachine {
  readonly guest: Guest;
  readonly #replies = new Map<string, Uint8Array>();

  /** Boots it. */
  constructor(image: GuestImage) {
    this.guest = image.create({
      now: () => 0,
      random32: () => 0,
      transmit: (packet) => {
        const reply = decodePacket(packet);
        if (reply === undefined) return;
        const key = `${reply.client} ${reply.number}`;
        if (!this.#replies.has(key)) this.#replies.set(key, reply.payload.slice());
      },
    });
  }

  /** Has it do a request, to the end. */
  execute(client: number, number: number, payload: Uint8Array): void {
    this.guest.deliver(encodePacket({ client, number, payload }));
    while (this.guest.run(BUDGET_NS).boundary === "budget");
  }

  /** What it answered to a request, `undefined` if it was never asked. */
  reply(client: number, number: number): Uint8Array | undefined {
    return this.#replies.get(`${client} ${number}`);
  }
}

function hex(bytes: Uint8Array): string {
  const shown = Array.from(bytes.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0"));
  return shown.join("") + (bytes.length > 16 ? `… (${bytes.length} bytes)` : "");
}
