import type { SecondarySide } from "../../checkpoint/secondary-side.ts";
import type { CompareRecord } from "./records.ts";

/** Most packets kept for the case that the host has to serve; the newest is dropped. */
export const SILENT_PACKETS_MAX = 8_192;

/**
 * What a stand-by's machine has sent while its card was silent and the primary is not known to have sent
 * for it: to be sent by whoever serves next (US11429466: the card stays quiesced until promotion;
 * US8201169: of two equal events one side drops its own).
 */
export class SilentOutput {
  readonly #side: SecondarySide;
  /** By number. */
  readonly #pending: Map<number, { readonly epoch: number; readonly packet: Uint8Array }> =
    new Map();
  readonly #keepsDropped: boolean;

  /** @param keepsDropped Broken on purpose: what the primary has sent is kept, too. */
  constructor(side: SecondarySide, keepsDropped: boolean) {
    this.#side = side;
    this.#keepsDropped = keepsDropped;
  }

  /** Keeps what the machine has sent. */
  add(order: number, epoch: number, packet: Uint8Array): void {
    if (this.#pending.size < SILENT_PACKETS_MAX) this.#pending.set(order, { epoch, packet });
  }

  /** The primary sends it, or has sent it. */
  drop(order: number): void {
    const dropped = this.#pending.get(order);
    if (dropped === undefined) return;
    if (!this.#keepsDropped) this.#pending.delete(order);
    this.#note("output.dropped", order, dropped.epoch);
  }

  /** The machine goes on in another state: what it has sent, it has never sent. */
  destroy(): void {
    this.#pending.clear();
  }

  /** The host serves: sends what is left, in its order. */
  takeOver(): void {
    const { gate } = this.#side;
    gate.delegate();
    for (const [order, { epoch, packet }] of this.#pending) {
      this.#note("output.taken-over", order, epoch);
      gate.push(packet);
    }
    this.#pending.clear();
  }

  #note(kind: "output.dropped" | "output.taken-over", order: number, epoch: number): void {
    const { engine, machine, host, term } = this.#side;
    engine.trace.emit<CompareRecord>({ kind, machine, host: host.name, term, epoch, order });
  }
}
