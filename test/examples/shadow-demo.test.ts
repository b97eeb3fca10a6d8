import { expect, test } from "vitest";
import { shadowDemo } from "../../examples/demos/shadow-demo.ts";
import { findCause } from "../../examples/shadow/find-cause.ts";
import { ledger, unsoundAccounts } from "../../examples/shadow/ledger.ts";
import { plain } from "../../src/report/style.ts";
import { ms } from "../../src/sim/time.ts";
import { ReferenceMachine } from "../../src/verify/one-copy.ts";

test("shadow demo: it finds the planted bug", async () => {
  const lines: string[] = [];
  const print = (text: string): void => void lines.push(...text.split("\n"));
  expect(await shadowDemo.run({ print, style: plain, trace: undefined })).toBe(true);
  expect(lines.join("\n")).toMatch(/✓ request \d+, a deposit of \d+/);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(120);
});

test("shadow demo: a shadow that is too close behind has the damage already", () => {
  const { request, unsoundAtPause } = findCause({ seed: 7, delay: ms(1) });
  expect(unsoundAtPause.length).toBeGreaterThan(0);
  expect(request).toBeUndefined();
});

test("shadow demo: the ledger is sound without its bug", () => {
  for (const planted of [false, true]) {
    const machine = new ReferenceMachine(ledger({ planted }));
    machine.execute(1, 1, Uint8Array.of(3, 251, 0));
    expect(unsoundAccounts(machine.guest)).toEqual(planted ? [3, 4] : []);
  }
});
