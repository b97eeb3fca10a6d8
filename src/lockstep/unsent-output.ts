/**
 * What a replaying machine has sent and its primary may not have: a machine that stands in sends it again,
 * as a primary may have died before or after it did (VMware FT, 2010); clients drop what they have.
 */
export class UnsentOutput {
  #held: { readonly position: number; readonly packet: Uint8Array }[] = [];

  /** Packets that are kept. */
  get count(): number {
    return this.#held.length;
  }

  /** Keeps what was sent at a position. */
  add(position: number, sent: readonly Uint8Array[]): void {
    for (const packet of sent) this.#held.push({ position, packet });
  }

  /** The primary's output up to this position has left. */
  released(position: number): void {
    if ((this.#held[0]?.position ?? Number.POSITIVE_INFINITY) > position) return;
    this.#held = this.#held.filter((each) => each.position > position);
  }

  /** Takes all that is kept, in order. */
  take(): readonly Uint8Array[] {
    const packets = this.#held.map(({ packet }) => packet);
    this.#held = [];
    return packets;
  }
}
