import {
  CONSOLE_BYTES_MAX,
  CONSOLE_CLIENT,
  decodeConsolePacket,
} from "../../guest/console-packet.ts";
import { StandinRangeError } from "../../sim/errors.ts";
import type { GateRule } from "./gate-rule.ts";
import type { Verdict } from "./release.ts";

/** Most client numbers that one rule is about. */
export const RULE_CLIENTS_MAX = 1_024;

const U32_MAX = 0xffff_ffff;

const VERDICTS: ReadonlySet<string> = new Set<Verdict>(["hold", "defer", "bypass"]);

/** Settings of {@link clients}. */
export interface ClientRuleOptions {
  /** Client numbers, 1 to {@link RULE_CLIENTS_MAX} of them, each from 0 to 2^32 - 1. */
  readonly numbers: readonly number[];
  /** What becomes of packets to them. */
  readonly verdict: Verdict;
}

/** Settings of {@link receipts} and {@link fragments}. */
export interface ConsoleRuleOptions {
  /**
   * Client numbers of consoles. A packet does not tell whether it is a console's, so they must be
   * said. Default: `CONSOLE_CLIENT` alone.
   */
  readonly numbers?: readonly number[];
}

/**
 * All packets to some clients. To bypass the gate is for clients that take an answer for nothing but a
 * hint, as a display of the load does: the state that the answer tells of may be lost, and what was
 * acknowledged with it. The client ledger (`nothing-lost`) goes on to check such clients.
 *
 * Source: US9760442, frames of configured addresses and ports; US9924001, frames that bypass the buffer.
 *
 * @throws StandinRangeError `GATE_RULE` for a number or verdict out of range, and for a rule by which a
 *   console's packets would bypass.
 */
export function clients({ numbers, verdict }: ClientRuleOptions): GateRule {
  if (!VERDICTS.has(verdict)) {
    throw new StandinRangeError(
      "GATE_RULE",
      `verdict: expected hold, defer or bypass, got ${verdict}`,
    );
  }
  const rule = {
    name: `${verdict} what is for ${numbers.length === 1 ? "client" : "clients"} ${numbers.join(", ")}`,
    verdict,
    clients: clientSet(numbers),
    matches: () => true,
  };
  expectNoConsole(rule);
  return rule;
}

/**
 * Packets to a console that carry no byte and only say how much of its input was received; deferred.
 *
 * They are the pure acknowledgements of the line, and may not bypass: with one the machine promises
 * that it has the bytes, and the console forgets them. If the state that has them is lost, so are they.
 *
 * Source: US9760442, pure acknowledgements.
 *
 * @throws StandinRangeError `GATE_RULE` for a number out of range.
 */
export function receipts({ numbers = [CONSOLE_CLIENT] }: ConsoleRuleOptions = {}): GateRule {
  return {
    name: "defer receipts of consoles",
    verdict: "defer",
    clients: clientSet(numbers),
    matches: (packet) => decodeConsolePacket(packet)?.bytes.length === 0,
  };
}

/**
 * Packets to a console that are full, so that most likely more follow; deferred. What is printed is
 * complete with the last packet, which is not full and hurries. If by chance the last one is full,
 * it waits as long as it may.
 *
 * Source: US9760442, fragments with the more-fragments flag.
 *
 * @throws StandinRangeError `GATE_RULE` for a number out of range.
 */
export function fragments({ numbers = [CONSOLE_CLIENT] }: ConsoleRuleOptions = {}): GateRule {
  return {
    name: "defer fragments of consoles",
    verdict: "defer",
    clients: clientSet(numbers),
    matches: (packet) => decodeConsolePacket(packet)?.bytes.length === CONSOLE_BYTES_MAX,
  };
}

/** All rules of output gates, by name. */
export const gateRules: {
  readonly clients: typeof clients;
  readonly receipts: typeof receipts;
  readonly fragments: typeof fragments;
} = { clients, receipts, fragments };

/**
 * Refuses a rule by which packets of the console at `CONSOLE_CLIENT` bypass: they acknowledge input,
 * and what was printed can not be taken back.
 *
 * @throws StandinRangeError `GATE_RULE`.
 */
export function expectNoConsole({ verdict, clients: numbers }: GateRule): void {
  if (verdict !== "bypass" || !numbers.has(CONSOLE_CLIENT)) return;
  throw new StandinRangeError(
    "GATE_RULE",
    `numbers: expected clients without promises to bypass, got ${CONSOLE_CLIENT}, a console`,
  );
}

function clientSet(numbers: readonly number[]): ReadonlySet<number> {
  const wrong = numbers.find(
    (number) => !Number.isInteger(number) || number < 0 || number > U32_MAX,
  );
  if (wrong !== undefined) {
    throw new StandinRangeError(
      "GATE_RULE",
      `numbers: expected clients from 0 to ${U32_MAX}, got ${wrong}`,
    );
  }
  if (numbers.length < 1 || numbers.length > RULE_CLIENTS_MAX) {
    throw new StandinRangeError(
      "GATE_RULE",
      `numbers: expected 1 to ${RULE_CLIENTS_MAX} clients, got ${numbers.length}`,
    );
  }
  return new Set(numbers);
}
