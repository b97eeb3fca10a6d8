import type { Nanoseconds } from "../sim/time.ts";
import type { TraceRecord, TraceSink } from "../sim/trace.ts";
import type { Invariant, InvariantName, Violation } from "./invariant.ts";
import { InputKept } from "./invariants/input-kept.ts";
import { MemoryIdentity } from "./invariants/memory-identity.ts";
import { OneServer } from "./invariants/one-server.ts";
import { OneTranscript } from "./invariants/one-transcript.ts";
import { OneWriter } from "./invariants/one-writer.ts";
import { OutputCommit } from "./invariants/output-commit.ts";

import { PlacedApart } from "./invariants/placed-apart.ts";
import { ProfileKept } from "./invariants/profile-kept.ts";

import { ProtectionStart } from "./invariants/protection-start.ts";

import { ReplayIdentity } from "./invariants/replay-identity.ts";
import type { Ledger } from "./ledger.ts";
import type { StandinRecord } from "./standin-record.ts";

/** Most violations kept: the first ones tell what is wrong, the rest follows from them. */
const VIOLATIONS_MAX = 1_000;

/** Most request numbers named in one violation. */
const NUMBERS_NAMED_MAX = 10;

/** Reads the trace and notes whatever breaks an invariant. */
export class InvariantMonitor implements TraceSink {
  readonly #invariants: readonly Invariant[] = [
    new OutputCommit(),
    new OneServer(),
    new OneWriter(),
    new MemoryIdentity(),
    new ReplayIdentity(),
    new OneTranscript(),
    new InputKept(),
    new PlacedApart(),
    new ProfileKept(),
    new ProtectionStart(),
  ];
  readonly #violations: Violation[] = [];
  /** Violations of the ledger that were noted already: it is compared again after each run. */
  readonly #noted = new Set<string>();

  /** Names of all invariants that are checked. */
  get checked(): readonly InvariantName[] {
    return [...this.#invariants.map(({ name }) => name), "nothing-lost", "executed-once"];
  }

  /** What did not hold, in the order in which it was noticed. */
  get violations(): readonly Violation[] {
    return this.#violations;
  }

  record(atNs: Nanoseconds, _position: number, record: TraceRecord): void {
    for (const invariant of this.#invariants) {
      // Records of other kinds (a user's own) fall through every case of an invariant.
      const detail = invariant.observe(record as StandinRecord);
      if (detail !== undefined) this.#note({ name: invariant.name, atNs, detail });
    }
  }

  /** Notes what a comparison of client and machine brought up. */
  compared(atNs: Nanoseconds, client: string, { lost, duplicated }: Ledger): void {
    if (lost.length > 0) {
      const detail = `${client}: acknowledged and not in the machine: ${list(lost)}`;
      this.#noteOnce({ name: "nothing-lost", atNs, detail });
    }
    if (duplicated.length > 0) {
      const detail = `${client}: executed more than once: ${list(duplicated)}`;
      this.#noteOnce({ name: "executed-once", atNs, detail });
    }
  }

  #noteOnce(violation: Violation): void {
    if (this.#noted.has(violation.detail)) return;
    this.#noted.add(violation.detail);
    this.#note(violation);
  }

  #note(violation: Violation): void {
    if (this.#violations.length < VIOLATIONS_MAX) this.#violations.push(violation);
  }
}

function list(numbers: readonly number[]): string {
  const named = numbers.slice(0, NUMBERS_NAMED_MAX).join(", ");
  const more = numbers.length - NUMBERS_NAMED_MAX;
  return `${numbers.length} requests (${named}${more > 0 ? `, and ${more} more` : ""})`;
}
