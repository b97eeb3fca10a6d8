import type { Engine } from "../sim/engine.ts";
import { StandinRangeError } from "../sim/errors.ts";
import type { Host } from "./host.ts";
import type { LinkOptions, LinkSettings } from "./link-options.ts";
import type { LinkRule } from "./link-rule.ts";
import type { HostRecord } from "./records.ts";
import { Wire } from "./wire.ts";

/**
 * A cable between two hosts: two wires, one for each direction, that behave alike at first and can be
 * changed, cut and given rules together or one by one.
 */
export class Link {
  readonly a: Host;
  readonly b: Host;
  readonly #engine: Engine;
  readonly #wires: readonly [Wire, Wire];

  /** Links of a network are made by `network.connect`. */
  constructor(engine: Engine, a: Host, b: Host, settings: LinkSettings) {
    this.a = a;
    this.b = b;
    this.#engine = engine;
    const wire = (from: Host, to: Host): Wire => {
      const made = new Wire({
        engine,
        from: from.name,
        to: to.name,
        settings,
        deliver: (port, bytes) => to.accept(from.name, port, bytes),
      });
      from.onPowerLoss(() => made.losePower());
      return made;
    };
    this.#wires = [wire(a, b), wire(b, a)];
  }

  /** Both directions, from `a` first. */
  get wires(): readonly [Wire, Wire] {
    return this.#wires;
  }

  /**
   * The direction that leaves this host.
   *
   * @throws StandinRangeError `LINK_END` if the host is at neither end.
   */
  from(host: Host | string): Wire {
    const name = typeof host === "string" ? host : host.name;
    const wire = this.#wires.find((each) => each.from === name);
    if (wire !== undefined) return wire;
    throw new StandinRangeError(
      "LINK_END",
      `from: expected "${this.a.name}" or "${this.b.name}", got "${name}"`,
    );
  }

  /**
   * Changes some settings of both directions, for packets sent from now on.
   *
   * @throws StandinRangeError `LINK_OPTION` or `BANDWIDTH` when a value is out of range.
   */
  change(changes: LinkOptions): void {
    for (const wire of this.#wires) wire.change(changes);
  }

  /** Adds a rule to both directions. @returns Takes it away again. */
  addRule(rule: LinkRule): () => void {
    const removals = this.#wires.map((wire) => wire.addRule(rule));
    return () => {
      for (const remove of removals) remove();
    };
  }

  /**
   * Cuts both directions, or the one that leaves `from`. Packets sent, or due to arrive, while it is
   * cut are lost; a packet for which it is mended in time arrives. Nothing happens to what is cut
   * already.
   */
  partition(from?: Host | string): void {
    for (const wire of this.#chosen(from)) {
      if (wire.isCut) continue;
      wire.cut();
      this.#record("link.partitioned", wire);
    }
  }

  /** Mends both directions, or the one that leaves `from`. */
  heal(from?: Host | string): void {
    for (const wire of this.#chosen(from)) {
      if (!wire.isCut) continue;
      wire.mend();
      this.#record("link.healed", wire);
    }
  }

  #chosen(from: Host | string | undefined): readonly Wire[] {
    return from === undefined ? this.#wires : [this.from(from)];
  }

  #record(kind: "link.partitioned" | "link.healed", wire: Wire): void {
    this.#engine.trace.emit<HostRecord>({ kind, from: wire.from, to: wire.to });
  }
}
