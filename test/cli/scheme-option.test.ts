import { expect, test } from "vitest";
import { parseScheme } from "../../src/cli/scheme-option.ts";
import { ms } from "../../src/sim/time.ts";

const NOTHING = { intervalNs: undefined, parts: {} };

test("scheme option: a name, and what goes together with it", () => {
  const parts = { encode: "feedback" };
  expect(parseScheme(undefined, { intervalNs: ms(1), parts })).toBeUndefined();
  expect(parseScheme("checkpoint", { intervalNs: ms(1), parts })).toBe("checkpoint");
  expect(parseScheme("vmware-ft", NOTHING)).toBe("vmware-ft");
  expect(parseScheme("hybrid", { intervalNs: ms(5), parts: {} })).toBe("hybrid");
});

test("scheme option: what a scheme has no use for is refused in one sentence", () => {
  expect(() => parseScheme("x", NOTHING)).toThrow(/^scheme: expected one of checkpoint, /);
  expect(() => parseScheme("remus", { ...NOTHING, parts: { encode: "feedback" } })).toThrow(
    "--part: expected with --scheme checkpoint, whose parts can be chosen, got encode=feedback with --scheme remus",
  );
  expect(() => parseScheme("vmware-ft", { ...NOTHING, intervalNs: ms(5) })).toThrow(
    "--interval: expected with a scheme that makes checkpoints all the time, got it with --scheme vmware-ft",
  );
  expect(() => parseScheme("hybrid", { ...NOTHING, intervalNs: ms(2) })).toThrow(
    "--interval: expected at least 5 ms with --scheme hybrid, got 2 ms",
  );
});
