import type { Host } from "../../host/host.ts";
import type { Network } from "../../host/network.ts";
import { assert } from "../../sim/assert.ts";
import type { Engine } from "../../sim/engine.ts";
import { StandinRangeError } from "../../sim/errors.ts";
import type { Process } from "../../sim/process.ts";
import type { ClusterRecord } from "../records.ts";
import type { TermKeeper } from "../term-keeper.ts";
import { verdictPort, WITNESS_PORT } from "../witness.ts";
import { decodeClaim, encodeVerdict, type TermClaim } from "../witness-message.ts";
import {
  ARRAY_PORT,
  type ArrayWrite,
  answerPort,
  decodeWrite,
  encodeAnswer,
} from "./array-message.ts";
import type { FenceDefects } from "./defects.ts";
import type { FencingRecord } from "./records.ts";

/** Most pages of one volume that are kept: 4 GiB. */
const VOLUME_PAGES_MAX = 1_048_576;

/** A machine's disk on the array, and who may write it. */
interface Volume {
  /** The key that holds the reservation: a term and who registered it. */
  term: number;
  holder: string;
  /** The newest write with that key. */
  lastOrder: number;
  /** Contents of the pages that were ever written. */
  readonly pages: Map<number, Uint8Array>;
  readonly broken: FenceDefects;
}

/**
 * An array that all hosts reach, with a volume for each machine's disk, and persistent reservations in small
 * (SPC-4, "Write Exclusive - Registrants Only"): the keys of a volume are pairs of host and term, one of
 * them holds the reservation, and a write that carries another is refused.
 *
 * Preempting is a test-and-set of the term, as SCSI's PREEMPT names the key that is to be preempted: of two
 * hosts that preempt the same key one finds it gone. So the array decides who serves, in the place of the
 * witness; it speaks the same messages, and says the same to the trace. What it has stored, keys and
 * reservations among it, survives a crash of its host.
 */
export class SharedArray implements TermKeeper {
  readonly host: Host;
  readonly #engine: Engine;
  readonly #network: Network;
  readonly #volumes: Map<string, Volume> = new Map();

  /** Listens on `host` at once, and again whenever the host is restarted. */
  constructor(engine: Engine, network: Network, host: Host) {
    this.#engine = engine;
    this.#network = network;
    this.host = host;
    host.onStart(() => {
      engine.spawn(`array on ${host.name}: reservations`, host.owner, () => this.#reserve());
      engine.spawn(`array on ${host.name}: writes`, host.owner, () => this.#write());
    });
  }

  /**
   * Makes a machine's volume, empty, with the key of `holder` in term 1: configuration, made before anything
   * can fail.
   *
   * @throws StandinRangeError `MACHINE_EXISTS` when the machine has one already.
   */
  register(machine: string, holder: string, broken: FenceDefects = {}): void {
    if (this.#volumes.has(machine)) {
      throw new StandinRangeError(
        "MACHINE_EXISTS",
        `machine: expected a name that is not taken, got "${machine}"`,
      );
    }
    this.#volumes.set(machine, { term: 1, holder, lastOrder: 0, pages: new Map(), broken });
    this.#record({ kind: "witness.registered", machine, host: holder, term: 1 });
  }

  /**
   * What a machine's volume holds: pages by number, those never written absent. For checks; not to be
   * changed.
   */
  pagesOf(machine: string): ReadonlyMap<number, Uint8Array> {
    return this.#volumes.get(machine)?.pages ?? new Map();
  }

  *#reserve(): Process<never> {
    const claims = this.host.open(WITNESS_PORT);
    for (;;) {
      const { from, bytes } = yield* claims.receive();
      const claim = decodeClaim(bytes);
      if (claim === undefined) continue;
      const granted = this.#preempt(claim, from);
      const verdict = encodeVerdict({ ...claim, granted });
      this.#network.send(this.host, from, verdictPort(claim.machine), verdict);
    }
  }

  /** Revokes the key of the term before and gives the reservation to the claimant's, if it is that one's. */
  #preempt({ machine, term }: TermClaim, claimant: string): boolean {
    const volume = this.#volumes.get(machine);
    if (volume === undefined) return false;
    assert(volume.term > 0, "terms are numbered from 1");
    // The same again, because the verdict was lost: the same answer.
    if (volume.term === term && volume.holder === claimant) return true;
    if (volume.term !== term - 1 && volume.broken.preemptWithoutTest !== true) {
      const held = volume.term;
      this.#record({ kind: "witness.refused", machine, host: claimant, term, held });
      return false;
    }
    volume.term = term;
    volume.holder = claimant;
    volume.lastOrder = 0;
    this.#record({ kind: "witness.granted", machine, host: claimant, term });
    return true;
  }

  *#write(): Process<never> {
    const writes = this.host.open(ARRAY_PORT);
    for (;;) {
      const { from, bytes } = yield* writes.receive();
      const write = decodeWrite(bytes);
      if (write === undefined) continue;
      const { machine, term, order } = write;
      const written = this.#store(write, from);
      const answer = encodeAnswer({ machine, term, order, written });
      this.#network.send(this.host, from, answerPort(machine), answer);
    }
  }

  #store({ machine, term, order, page, bytes }: ArrayWrite, from: string): boolean {
    const volume = this.#volumes.get(machine);
    if (volume === undefined) return false;
    const about = { machine, host: from, term, page };
    const isHolder = volume.term === term && volume.holder === from;
    if (!isHolder && volume.broken.staleKeyAccepted !== true) {
      const { term: held, holder } = volume;
      this.#record({ kind: "array.refused", ...about, held, holder });
      return false;
    }
    // A copy of what was written already, sent again or late: it must not undo a newer one.
    if (isHolder && order <= volume.lastOrder) return true;
    if (isHolder) volume.lastOrder = order;
    assert(volume.pages.size < VOLUME_PAGES_MAX, "the pages of a volume are bounded");
    volume.pages.set(page, bytes.slice());
    this.#record({ kind: "array.written", ...about });
    return true;
  }

  #record(record: ClusterRecord | FencingRecord): void {
    this.#engine.trace.emit<ClusterRecord | FencingRecord>(record);
  }
}
