import { expect, test } from "vitest";
import {
  clients,
  expectNoConsole,
  fragments,
  gateRules,
  RULE_CLIENTS_MAX,
  receipts,
} from "../../../src/checkpoint/release/gate-rules.ts";
import type { Verdict } from "../../../src/checkpoint/release/release.ts";
import {
  CONSOLE_BYTES_MAX,
  CONSOLE_CLIENT,
  encodeConsolePacket,
} from "../../../src/guest/console-packet.ts";

const printed = (length: number): Uint8Array =>
  encodeConsolePacket({
    client: CONSOLE_CLIENT,
    offset: 9,
    received: 5,
    bytes: new Uint8Array(length),
  });

test("gate rules: of clients, all their packets", () => {
  const rule = clients({ numbers: [3, 8], verdict: "bypass" });
  expect([...rule.clients]).toEqual([3, 8]);
  expect(rule.verdict).toBe("bypass");
  expect(rule.matches(new Uint8Array(0))).toBe(true);
  expect(rule.name).toBe("bypass what is for clients 3, 8");
  expect(clients({ numbers: [0xffff_fffe], verdict: "bypass" }).name).toContain(
    "client 4294967294",
  );
});

test("gate rules: a receipt carries no byte, a fragment all that fit", () => {
  for (const length of [0, 1, CONSOLE_BYTES_MAX - 1, CONSOLE_BYTES_MAX]) {
    expect(receipts().matches(printed(length))).toBe(length === 0);
    expect(fragments().matches(printed(length))).toBe(length === CONSOLE_BYTES_MAX);
  }
  for (const rule of [receipts(), fragments()]) {
    expect([...rule.clients]).toEqual([CONSOLE_CLIENT]);
    // 11 bytes hold no count of what was received
    expect(rule.matches(new Uint8Array(11))).toBe(false);
  }
  expect([...receipts({ numbers: [7] }).clients]).toEqual([7]);
});

test("gate rules: a receipt is deferred and never bypasses, for it promises what was typed", () => {
  expect([receipts().verdict, fragments().verdict]).toEqual(["defer", "defer"]);
});

test("gate rules: a console may be held and deferred; to let it bypass is refused", () => {
  const numbers = [1, CONSOLE_CLIENT];
  for (const verdict of ["hold", "defer"] as const) {
    expect(() => clients({ numbers, verdict })).not.toThrow();
  }
  expect(() => clients({ numbers, verdict: "bypass" })).toThrow(
    "numbers: expected clients without promises to bypass, got 4294967295, a console",
  );
  const own = { ...receipts(), verdict: "bypass" } as const;
  expect(() => expectNoConsole(own)).toThrow(expect.objectContaining({ code: "GATE_RULE" }));
});

test.each([
  [[], "hold", "numbers: expected 1 to 1024 clients, got 0"],
  [Array.from({ length: RULE_CLIENTS_MAX + 1 }, (_none, number) => number), "hold", "got 1025"],
  [[-1], "hold", "numbers: expected clients from 0 to 4294967295, got -1"],
  [[2 ** 32], "hold", "got 4294967296"],
  [[1.5], "hold", "got 1.5"],
  [[1], "drop", "verdict: expected hold, defer or bypass, got drop"],
])("gate rules: numbers %j with verdict %s are refused", (numbers, verdict, message) => {
  const make = () => clients({ numbers, verdict: verdict as Verdict });
  expect(make).toThrow(message);
  expect(make).toThrow(expect.objectContaining({ code: "GATE_RULE" }));
});

test("gate rules: by name", () => {
  expect(gateRules).toEqual({ clients, receipts, fragments });
  expect(() => receipts({ numbers: [] })).toThrow("numbers: expected 1 to 1024");
  expect(() => fragments({ numbers: [-1] })).toThrow("numbers: expected clients from 0");
});
