// covers src/checkpoint/output-gate.ts, src/checkpoint/release/deferral.ts, src/checkpoint/release/held-packets.ts
import fc from "fast-check";
import { expect, test } from "vitest";
import type { GateRule } from "../../../src/checkpoint/release/gate-rule.ts";
import { gateRules } from "../../../src/checkpoint/release/gate-rules.ts";
import type { Verdict } from "../../../src/checkpoint/release/release.ts";
import { ms } from "../../../src/sim/time.ts";
import { CLIENT_OF, MOST_DELAY_NS, ruledGate } from "./ruled-gate.ts";

type Step =
  | { readonly do: "push"; readonly client: keyof typeof CLIENT_OF }
  | { readonly do: "begin" | "release" | "wait"; readonly by: number }
  | { readonly do: "close" | "open" | "discard" };

/** What the model knows of a packet that is held. */
interface Waiting {
  readonly number: number;
  readonly epoch: number;
  readonly isDeferred: boolean;
  readonly atNs: number;
}

const by = fc.integer({ min: 1, max: 4 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("push"), client: client() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom("begin", "release", "wait"), by }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("close", "open", "discard") }) },
);
const rules: fc.Arbitrary<readonly GateRule[]> = fc
  .array(
    fc.record({
      numbers: fc.uniqueArray(fc.constantFrom(...Object.values(CLIENT_OF)), { minLength: 1 }),
      verdict: fc.constantFrom("hold", "defer", "bypass"),
    }),
    { maxLength: 4 },
  )
  .map((drawn) => drawn.map((options) => gateRules.clients(options)));

function client(): fc.Arbitrary<keyof typeof CLIENT_OF> {
  return fc.constantFrom("hold", "defer", "bypass");
}

/** A gate beside the plainest model of what it may do. */
class Comparison {
  readonly #rules: readonly GateRule[];
  readonly #sent: number[] = [];
  readonly #on: ReturnType<typeof ruledGate>;
  /** What the model lets out at the present step. */
  #expected: number[] = [];
  #waiting: Waiting[] = [];
  #next = 1;
  #epoch = 0;
  #term = 1;
  #state: "open" | "holding" | "closed" | "discarded" = "open";

  constructor(drawn: readonly GateRule[]) {
    this.#rules = drawn;
    this.#on = ruledGate((number) => this.#sent.push(number), { rules: drawn });
  }

  take(taken: Step): void {
    this.#sent.length = 0;
    this.#expected = [];
    this.#do(taken);
    expect(this.#sent).toEqual(this.#expected);
    expect(this.#on.gate.heldCount).toBe(this.#waiting.length);
    expect(this.#on.held.isSet).toBe(this.#asks());
  }

  #do(taken: Step): void {
    const { gate, run } = this.#on;
    if (taken.do === "push") this.#push(taken.client);
    if (taken.do === "wait") run(ms(taken.by));
    if (this.#state === "discarded") return;
    if (taken.do === "begin" && this.#state !== "closed") {
      this.#epoch += taken.by;
      this.#state = "holding";
      gate.begin(this.#epoch);
    }
    if (taken.do === "release" && this.#state !== "open") {
      const epoch = this.#epoch - taken.by + 1;
      this.#leave((waiting) => waiting.epoch <= epoch);
      gate.release(epoch);
    }
    if (taken.do === "close" && this.#state === "holding") {
      this.#state = "closed";
      gate.closeBypass();
    }
    if (taken.do === "open") {
      this.#leave(() => true);
      this.#state = "open";
      this.#epoch = 0;
      this.#term += 1;
      gate.open(this.#term);
    }
    if (taken.do === "discard") {
      this.#waiting = [];
      this.#state = "discarded";
      gate.discard("fenced");
    }
  }

  #push(to: keyof typeof CLIENT_OF): void {
    const number = this.#next;
    this.#next += 1;
    const verdict = this.#verdict(CLIENT_OF[to]);
    const isSent = this.#state === "open" || (this.#state === "holding" && verdict === "bypass");
    const isDeferred = verdict === "defer";
    const atNs = this.#on.engine.now;
    if (isSent) this.#expected.push(number);
    else this.#waiting.push({ number, epoch: this.#epoch, isDeferred, atNs });
    this.#on.push(to, number);
  }

  #leave(leaves: (waiting: Waiting) => boolean): void {
    this.#expected = this.#waiting.filter(leaves).map(({ number }) => number);
    this.#waiting = this.#waiting.filter((waiting) => !leaves(waiting));
  }

  #verdict(number: number): Verdict {
    return this.#rules.find(({ clients }) => clients.has(number))?.verdict ?? "hold";
  }

  #asks(): boolean {
    const { now } = this.#on.engine;
    return this.#waiting.some(({ isDeferred, atNs }) => !isDeferred || now >= atNs + MOST_DELAY_NS);
  }
}

test("gate: whatever the rules, nothing held leaves before its epoch, and deferring is bounded", () => {
  fc.assert(
    fc.property(rules, fc.array(step, { maxLength: 60 }), (drawn, steps) => {
      const comparison = new Comparison(drawn);
      for (const taken of steps) comparison.take(taken);
    }),
    { numRuns: 500 },
  );
});
