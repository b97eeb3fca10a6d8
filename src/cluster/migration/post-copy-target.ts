import { decodeMessage } from "../../checkpoint/decode-message.ts";
import { encodeAnswer } from "../../checkpoint/encode-message.ts";
import type { SecondarySide } from "../../checkpoint/secondary-side.ts";
import type { Pager } from "../../host/pager.ts";
import { ReliableStream } from "../../host/reliable-stream.ts";
import { ArrivalDigest } from "../../memory/arrival-digest.ts";
import { PageAbsent } from "../../memory/page-absent.ts";
import { PageSet } from "../../memory/page-set.ts";
import { UndoLog } from "../../memory/undo-log.ts";
import { assert } from "../../sim/assert.ts";
import { Condition } from "../../sim/condition.ts";
import { xxh32 } from "../../sim/hash.ts";
import type { Process } from "../../sim/process.ts";
import type { SecondaryReplication } from "../scheme.ts";
import { decodeInventory, type Inventory } from "./inventory.ts";
import { decodePageRequest, encodePageRequest } from "./page-request.ts";
import { PAGES_WINDOW_BYTES, pagesPort } from "./post-copy-source.ts";
import { MIGRATION_EPOCH } from "./pre-copy-source.ts";
import type { MigrationRecord } from "./records.ts";
import type { MigrationDefects, MigrationParties } from "./way.ts";

/**
 * The target's part of post-copy: the machine goes on as soon as its registers are here, and waits for each
 * page that it touches before it has come.
 *
 * What a stretch of the machine has done before it touched such a page is taken back, and done again when the
 * page is here: between two stretches all of its state lies in memory and registers, so nobody can tell.
 * Real hardware stops at the instruction; the undo log stands for that and costs no time.
 *
 * Source: Hines and Gopalan, VEE'09.
 */
export class PostCopyTarget implements SecondaryReplication, Pager {
  readonly onlyIfOffered = true;
  readonly #side: SecondarySide;
  readonly #parties: MigrationParties;
  readonly #broken: MigrationDefects;
  /** Notified when pages have come. */
  readonly #arrived: Condition;
  readonly #asked = new PageSet();
  readonly #came: ArrivalDigest;
  #inventory: Inventory | undefined;
  #missing = new PageSet();
  #undo: UndoLog | undefined;
  #stream: ReliableStream | undefined;
  #awaited = 0;

  constructor(side: SecondarySide, parties: MigrationParties, broken: MigrationDefects) {
    const { engine, machine, host, image } = side;
    this.#side = side;
    this.#parties = parties;
    this.#broken = broken;
    this.#came = new ArrivalDigest(image.guest.memory);
    this.#arrived = new Condition(engine, `${machine} on ${host.name}: pages have come`);
  }

  *run(): Process<never> {
    const { engine, image, stream } = this.#side;
    image.clear();
    for (;;) {
      const inventory = decodeInventory(yield* stream.receive());
      const { term } = this.#side;
      if (inventory?.term !== term || image.complete) continue;
      this.#inventory = inventory;
      this.#missing = inventory.pages;
      const { regionPages, registers } = inventory;
      const of = { term, epoch: MIGRATION_EPOCH };
      image.commit({ type: "commit", groupCount: 0, check: 0, regionPages, registers, ...of }, []);
      yield* engine.announce<MigrationRecord>({
        kind: "migration.received",
        ...{ from: this.#parties.from.name, pages: this.#missing.size, ...this.#about() },
      });
      yield* stream.send(encodeAnswer({ type: "acknowledge", ...of }));
    }
  }

  *settle(): Process {
    // what the image is lies in its registers
  }

  /** From here on the pages are asked for; the registers may take some to be loaded. */
  *load(): Process {
    const { engine, host, vm, image, machine, term } = this.#side;
    const { network, from } = this.#parties;
    const { memory } = vm.guest;
    this.#stream = new ReliableStream({
      ...{ engine, network, host, peer: from.name },
      ...{ port: pagesPort(machine, term), windowBytes: PAGES_WINDOW_BYTES },
    });
    memory.withhold(this.#missing);
    this.#undo = new UndoLog(memory);
    vm.setPager(this);
    engine.spawn(`${machine} on ${host.name}: pages`, host.owner, () => this.#receive());
    for (;;) {
      const page = absentIn(() => vm.guest.loadRegisters(image.registers));
      if (page === undefined) return;
      yield* this.#await(page);
    }
  }

  /** Waits until all pages have come: the machine is whole again, on this host. */
  *whole(): Process {
    const { engine, vm } = this.#side;
    yield* this.#arrived.until(() => this.#missing.size === 0);
    vm.guest.memory.withhold();
    vm.setPager();
    this.#undo?.end();
    const registers = this.#inventory?.registers;
    assert(registers !== undefined, "a machine that serves has got registers");
    yield* engine.announce<MigrationRecord>({
      kind: "migration.whole",
      ...{ epoch: MIGRATION_EPOCH, epochTerm: this.#side.term, ...this.#about() },
      digest: `${this.#came.digest()}-${xxh32(registers).toString(16).padStart(8, "0")}`,
      awaited: this.#awaited,
    });
    yield* this.#open.send(encodePageRequest({ type: "whole" }));
  }

  *attempt<T>(piece: () => T): Process<T> {
    const { vm } = this.#side;
    const undo = this.#undo;
    assert(undo !== undefined, "a machine that is paged has an undo log");
    for (;;) {
      undo.begin();
      const registers = vm.guest.saveRegisters();
      const sent = vm.port.transmitted.length;
      let done: { readonly value: T } | undefined;
      const page = absentIn(() => {
        done = { value: piece() };
      });
      if (done !== undefined) return done.value;
      undo.undo();
      vm.guest.loadRegisters(registers);
      vm.port.forget(sent);
      assert(page !== undefined, "what is not done lacks a page");
      yield* this.#await(page);
    }
  }

  get #open(): ReliableStream {
    assert(this.#stream !== undefined, "pages are asked for after the machine has come");
    return this.#stream;
  }

  /** The virtual processor has left the guest and stands still until a page is here. */
  *#await(page: number): Process {
    const { engine, host } = this.#side;
    if (this.#broken.zeroPage === true) {
      this.#missing.delete(page);
      return;
    }
    const sinceNs = engine.now;
    yield* engine.announce<MigrationRecord>({ kind: "page.awaited", page, ...this.#about() });
    yield* host.compute(host.profile.writeFaultNs);
    if (this.#missing.has(page) && !this.#asked.has(page)) {
      this.#asked.add(page);
      yield* this.#open.send(encodePageRequest({ type: "wanted", page }));
    }
    yield* this.#arrived.until(() => !this.#missing.has(page));
    this.#awaited += 1;
    const waitNs = engine.now - sinceNs;
    yield* engine.announce<MigrationRecord>({
      kind: "page.fetched",
      ...{ page, waitNs, ...this.#about() },
    });
  }

  *#receive(): Process {
    const { host, image, term } = this.#side;
    const { memory } = image.guest;
    for (;;) {
      const bytes = yield* this.#open.receive();
      if (decodePageRequest(bytes)?.type === "whole") break;
      const group = decodeMessage(bytes);
      if (group?.type !== "group" || group.term !== term) continue;
      yield* host.compute(group.pages.length * host.profile.applyPageNs);
      for (const encoded of group.pages) {
        if (!this.#missing.has(encoded.page)) continue;
        image.applier.apply(encoded, memory);
        this.#came.add(encoded.page);
        this.#missing.delete(encoded.page);
      }
      this.#arrived.notify();
    }
    this.#open.close();
  }

  #about(): { machine: string; host: string; term: number } {
    const { machine, host, term } = this.#side;
    return { machine, host: host.name, term };
  }
}

/** Does something; returns the page that was not there for it, if one was not. */
function absentIn(piece: () => void): number | undefined {
  try {
    piece();
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof PageAbsent)) throw thrown;
    return thrown.page;
  }
}
