import { expect, test } from "vitest";
import { atCommit } from "../../../src/checkpoint/release/at-commit.ts";
import { gateRules } from "../../../src/checkpoint/release/gate-rules.ts";
import { CONSOLE_CLIENT, encodeConsolePacket } from "../../../src/guest/console-packet.ts";
import { encodePacket } from "../../../src/guest/packet.ts";
import { ms } from "../../../src/sim/time.ts";

const reply = (client: number): Uint8Array =>
  encodePacket({ client, number: 1, payload: new Uint8Array(4) });

test("at commit: without rules everything is held", () => {
  const release = atCommit();
  expect(release).toMatchObject({ name: "at commit", mostDelayNs: ms(10) });
  expect(release.bypassClients).toEqual(new Set());
  for (const packet of [reply(1), reply(CONSOLE_CLIENT), new Uint8Array(0)]) {
    expect(release.classify(packet)).toBe("hold");
  }
});

test("at commit: the first rule that matches decides, and what matches none is held", () => {
  const release = atCommit({
    rules: [
      gateRules.clients({ numbers: [1], verdict: "hold" }),
      gateRules.clients({ numbers: [1, 2], verdict: "bypass" }),
      gateRules.clients({ numbers: [2, 3], verdict: "defer" }),
    ],
    mostDelayNs: ms(3),
  });
  expect([1, 2, 3, 4].map((client) => release.classify(reply(client)))).toEqual([
    "hold",
    "bypass",
    "defer",
    "hold",
  ]);
  expect(release.bypassClients).toEqual(new Set([1, 2]));
  expect(release.mostDelayNs).toBe(ms(3));
  expect(release.name).toBe(
    "at commit; hold what is for client 1; bypass what is for clients 1, 2; defer what is for clients 2, 3; 3 ms",
  );
});

test("at commit: a rule of consoles is not shown a reply that looks like a receipt", () => {
  const release = atCommit({ rules: [gateRules.receipts()] });
  expect(release.classify(reply(5))).toBe("hold");
  expect(release.classify(reply(CONSOLE_CLIENT))).toBe("defer");
  const bytes = new Uint8Array(1);
  const line = encodeConsolePacket({ client: CONSOLE_CLIENT, offset: 0, received: 0, bytes });
  expect(release.classify(line)).toBe("hold");
});

test("at commit: what is no packet is held, whatever the rules", () => {
  const release = atCommit({ rules: [gateRules.clients({ numbers: [0], verdict: "bypass" })] });
  expect(release.classify(new Uint8Array(7))).toBe("hold");
  expect(release.classify(new Uint8Array(1_473))).toBe("hold");
  expect(release.classify(new Uint8Array(8))).toBe("bypass");
});

test("at commit: a caller's own rule is asked as an object, and may not let a console bypass", () => {
  class Even {
    readonly name = "even first bytes";
    readonly verdict = "defer";
    readonly clients: ReadonlySet<number> = new Set([4, 260]);
    readonly divisor = 2;
    matches(packet: Uint8Array): boolean {
      return packet[1]! % this.divisor === 0;
    }
  }
  const release = atCommit({ rules: [new Even()] });
  expect([4, 260, 8].map((client) => release.classify(reply(client)))).toEqual([
    "defer",
    "hold",
    "hold",
  ]);
  const rule = { ...gateRules.receipts(), verdict: "bypass" } as const;
  expect(() => atCommit({ rules: [rule] })).toThrow("a console");
});

test.each([0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])(
  "at commit: a longest delay of %d ns is refused",
  (mostDelayNs) => {
    expect(() => atCommit({ mostDelayNs })).toThrow(
      `mostDelayNs: expected a whole number of at least 1, got ${mostDelayNs}`,
    );
    expect(() => atCommit({ mostDelayNs })).toThrow(
      expect.objectContaining({ code: "RELEASE_OPTION" }),
    );
  },
);
