import { decodeMessage } from "../../checkpoint/decode-message.ts";
import { encodeGroup } from "../../checkpoint/encode-message.ts";
import { GROUP_PAGES_MAX, type PageCopy } from "../../checkpoint/page-group.ts";
import type { PrimarySide } from "../../checkpoint/primary-side.ts";
import { stateDigest } from "../../checkpoint/state-digest.ts";
import { RateLimit } from "../../checkpoint/transfer/rate-limit.ts";
import type { BitsPerSecond } from "../../host/bandwidth.ts";
import { ReliableStream } from "../../host/reliable-stream.ts";
import type { VirtualMachine } from "../../host/virtual-machine.ts";
import { PAGE_SIZE } from "../../memory/page.ts";
import { PageSet } from "../../memory/page-set.ts";
import { assert } from "../../sim/assert.ts";
import { Condition } from "../../sim/condition.ts";
import { type Process, sleep } from "../../sim/process.ts";
import { race } from "../../sim/race.ts";
import { Signal } from "../../sim/signal.ts";
import { type Nanoseconds, seconds } from "../../sim/time.ts";
import type { PrimaryReplication } from "../scheme.ts";
import { encodeInventory } from "./inventory.ts";
import { decodePageRequest, encodePageRequest } from "./page-request.ts";
import { MIGRATION_EPOCH } from "./pre-copy-source.ts";
import type { MigrationRecord } from "./records.ts";
import type { MigrationParties } from "./way.ts";

/** What is done once nothing but the stop is left to do, and nobody has asked for it. */
const IDLE_NS: Nanoseconds = seconds(60);

/** How long a source whose machine is gone answers a target that did not hear its farewell. */
const LINGER_NS: Nanoseconds = seconds(1);

/** Bytes under way to the target: what is pushed must not keep a page waiting that is wanted. */
export const PAGES_WINDOW_BYTES: number = 256 * 1024;

/**
 * The source's part of post-copy: it stops, sends the registers and the list of its pages, and when the target
 * serves, the pages that are wanted, and all others as there is room.
 *
 * Source: Hines and Gopalan, "Post-Copy Based Live Virtual Machine Migration", VEE'09 (demand paging with
 * active push).
 */
export class PostCopySource implements PrimaryReplication {
  readonly standsUntilNamed = true;
  readonly atRest: Signal;
  readonly #side: PrimarySide;
  readonly #parties: MigrationParties;
  readonly #ready: Signal;
  readonly #limit: RateLimit;
  readonly #left = new PageSet();
  readonly #wanted: number[] = [];
  /** Notified when a page is wanted. */
  readonly #asked: Condition;
  #pages: ReliableStream | undefined;
  #groups = 0;

  /**
   * @param settings `ready` is set when the machine may be stopped, `push` the rate of pages that nobody waits
   *   for.
   */
  constructor(
    side: PrimarySide,
    parties: MigrationParties,
    { ready, push }: { readonly ready: Signal; readonly push: BitsPerSecond },
  ) {
    const { engine, vm, host } = side;
    this.#side = side;
    this.#parties = parties;
    this.#ready = ready;
    this.#limit = new RateLimit(host, push);
    this.#asked = new Condition(engine, `${vm.name} on ${host.name}: page wanted`);
    this.atRest = new Signal(engine, `${vm.name} on ${host.name}: may be stopped`);
  }

  /** Nothing is sent while the machine runs; it does not return. */
  *run(): Process<"refused"> {
    this.atRest.set();
    this.#ready.set();
    for (;;) yield* sleep(IDLE_NS);
  }

  /** Stops the machine and sends all of it but the contents of its pages. */
  *last(): Process<"committed" | "refused"> {
    const { engine, vm, host, gate, digest, term, stream } = this.#side;
    const { profile } = host;

    // 1. Stop the machine.
    yield* vm.pause();
    yield* host.compute(profile.suspendNs + profile.epochFixedNs);
    const { memory } = vm.guest;
    memory.collectTouched(this.#left);
    const about = { machine: vm.name, host: host.name, term };
    yield* engine.announce<MigrationRecord>({
      kind: "migration.stopped",
      ...{ pages: this.#left.size, ...about },
    });
    const registers = vm.guest.saveRegisters();
    yield* engine.announce({
      kind: "checkpoint.copied",
      ...{ epoch: MIGRATION_EPOCH, pages: this.#left.size, ...about },
      digest: stateDigest(digest, registers),
    });

    // 2. Be ready to be asked for pages; send the rest.
    const { network, to, machine } = this.#parties;
    this.#pages = new ReliableStream({
      ...{ engine, network, host, peer: to.name },
      ...{ port: pagesPort(machine, term), windowBytes: PAGES_WINDOW_BYTES },
    });
    gate.begin(MIGRATION_EPOCH);
    const regionPages = memory.regions.map(({ pageCount }) => pageCount);
    yield* stream.send(encodeInventory({ term, regionPages, registers, pages: this.#left }));

    // 3. Wait until the target has it.
    for (;;) {
      const answer = decodeMessage(yield* stream.receive());
      if (answer?.type === "acknowledge" && answer.term === term) return "committed";
    }
  }

  /** The target serves: it gets the pages, those first that it waits for, until it says that it has all. */
  *afterwards(vm: VirtualMachine): Process {
    const { engine, host, term } = this.#side;
    assert(vm === this.#side.vm && vm.paused, "what is sent does not change any more");
    const stream = this.#pages;
    if (stream === undefined) return;
    yield* engine.announce<MigrationRecord>({
      kind: "migration.serving-pages",
      ...{ machine: vm.name, host: host.name, term, pages: this.#left.size },
    });
    const name = `${vm.name} on ${host.name}: pages`;
    const pushing = engine.spawn(name, host.owner, () => this.#push(stream));
    for (;;) {
      const request = decodePageRequest(yield* stream.receive());
      if (request?.type === "wanted") {
        this.#wanted.push(request.page);
        this.#asked.notify();
      }
      if (request?.type === "whole") break;
    }
    pushing.kill();
    // The answer lets the target close its end; ours stays open until that is surely so, as TCP's does.
    this.#pages = undefined;
    engine.spawn(`${name}, farewell`, host.owner, function* () {
      yield* stream.send(encodePageRequest({ type: "whole" }));
      yield* host.clock.sleep(LINGER_NS);
      stream.close();
    });
  }

  /** Nothing more is sent. */
  close(): void {
    this.#pages?.close();
  }

  *#push(stream: ReliableStream): Process {
    while (this.#left.size > 0) {
      const wanted = this.#nextWanted();
      if (wanted !== undefined) yield* this.#send(stream, [wanted]);
      else {
        const group = this.#nextGroup();
        // What is wanted meanwhile does not wait for what is only pushed.
        const mayLeave = this.#limit.waitNs;
        const isAsked = this.#asked.until(() => this.#wanted.length > 0);
        if (mayLeave > 0 && (yield* race({ isAsked }, mayLeave)).key === "isAsked") continue;
        yield* this.#limit.pass(group.length * PAGE_SIZE);
        yield* this.#send(stream, group);
      }
    }
  }

  *#send(stream: ReliableStream, numbers: readonly number[]): Process {
    const { host, term, vm } = this.#side;
    const { copyPageNs, encodePageNs, sendPageNs } = host.profile;
    const pages = numbers.map((page): PageCopy => {
      this.#left.delete(page);
      return { page, bytes: vm.guest.memory.page(page).slice() };
    });
    const group = this.#groups;
    this.#groups += 1;
    const { bytes } = encodeGroup({ term, epoch: MIGRATION_EPOCH, group, pages });
    yield* host.compute(pages.length * (copyPageNs + encodePageNs + sendPageNs));
    yield* stream.send(bytes);
  }

  /** The page that was wanted first and was not sent yet. */
  #nextWanted(): number | undefined {
    for (let page = this.#wanted.shift(); page !== undefined; page = this.#wanted.shift()) {
      if (this.#left.has(page)) return page;
    }
    return undefined;
  }

  /** Pages that were not sent yet, ascending. */
  #nextGroup(): readonly number[] {
    const pages: number[] = [];
    for (const page of this.#left) {
      pages.push(page);
      if (pages.length === GROUP_PAGES_MAX) break;
    }
    return pages;
  }
}

/** The port on which the pages of a machine travel after it that was served in that term. */
export function pagesPort(machine: string, term: number): string {
  return `${machine} pages ${term}`;
}
