// covers src/schemes/scheme-choice.ts, src/schemes/scheme-catalogue.ts, src/schemes/remus.ts
import { expect, test } from "vitest";
import { keyValue } from "../../src/guest/key-value.ts";
import { decodePacket } from "../../src/guest/packet.ts";
import { remus } from "../../src/schemes/remus.ts";
import { schemeCatalogue } from "../../src/schemes/scheme-catalogue.ts";
import {
  chosenScheme,
  SCHEME_DEFAULT,
  schemeNamed,
  schemeNames,
} from "../../src/schemes/scheme-choice.ts";
import { ms } from "../../src/sim/time.ts";
import { loggedRun } from "./logged-run.ts";

test("scheme choice: every scheme is made by its name, and says what it does and whose it is", () => {
  for (const name of schemeNames) {
    const { about, source } = schemeNamed(name);
    expect(chosenScheme({ scheme: name }).name).toBe(name);
    expect(about.length).toBeGreaterThan(20);
    expect(source).toMatch(/\d/);
  }
  expect(SCHEME_DEFAULT).toBe("checkpoint");
  expect(chosenScheme({}).name).toBe("checkpoint");
  expect(chosenScheme({ scheme: undefined }).name).toBe("checkpoint");
});

test.each(["shade", "toString", ""])(
  "scheme choice: %j is refused with those that there are",
  (name) => {
    expect(() => chosenScheme({ scheme: name })).toThrow(
      expect.objectContaining({ code: "SCHEME_NAME" }),
    );
    expect(() => schemeNamed(name)).toThrow(
      `scheme: expected one of ${schemeNames.join(", ")}, got "${name}"`,
    );
  },
);

test("scheme choice: parts are those of checkpoints, and no other scheme takes them", () => {
  const parts = { transfer: "four-streams" };
  expect(chosenScheme({ parts }).streams).toBe(4);
  for (const scheme of schemeNames.filter((name) => schemeCatalogue[name]!.hasParts !== true)) {
    expect(() => chosenScheme({ scheme, parts })).toThrow(
      `parts: expected the scheme checkpoint, whose parts can be chosen, got transfer for ${scheme}`,
    );
    expect(chosenScheme({ scheme, parts: {} }).name).toBe(scheme);
  }
});

test("scheme choice: what is too short an interval for a scheme is taken for its shortest", () => {
  for (const scheme of schemeNames)
    expect(chosenScheme({ scheme, interval: ms(2) }).name).toBe(scheme);
});

/** Checkpoints committed in 300 ms. */
function committed(scheme: ReturnType<typeof chosenScheme>): number {
  return loggedRun(keyValue(), scheme, { requests: 20, untilNs: ms(300) }).of(
    "checkpoint.committed",
  ).length;
}

test("scheme choice: the interval is that of the checkpoints", () => {
  expect(committed(chosenScheme({ scheme: "vmware-ft", interval: ms(10) }))).toBe(1);
  expect(committed(chosenScheme({ scheme: "hybrid", interval: ms(50) }))).toBeGreaterThan(4);
  expect(committed(chosenScheme({ scheme: "hybrid", interval: ms(50) }))).toBeLessThan(8);
  expect(committed(chosenScheme({ scheme: "remus", interval: ms(50) }))).toBeLessThan(8);
  expect(committed(remus())).toBeGreaterThan(9);
});

test.each([
  ["checkpoint", { checkpoint: { releaseAtStop: true } }],
  ["remus", { checkpoint: { releaseAtStop: true } }],
  ["vmware-ft", { log: { releaseBeforeStored: true } }],
  ["hybrid", { log: { releaseBeforeStored: true } }],
  ["shadow", { log: { releaseBeforeStored: true } }],
])("scheme choice: %s can be broken", (scheme, broken) => {
  const { simulation } = loggedRun(keyValue(), chosenScheme({ scheme, broken }), {
    requests: 20,
    untilNs: ms(100),
  });
  expect(simulation.violations.map(({ name }) => name)).toContain("output-commit");
});

test("scheme choice: the shadow looks for what it is told to be an error, and for nothing else", () => {
  const failed = (isError?: (packet: Uint8Array) => boolean) => {
    const scheme = chosenScheme({
      scheme: "shadow",
      ...(isError === undefined ? {} : { isError }),
    });
    return loggedRun(keyValue(), scheme, { requests: 20, untilNs: ms(300) }).of("shadow.paused");
  };
  expect(failed()).toEqual([]);
  expect(failed((packet) => decodePacket(packet)?.number === 10)).toHaveLength(1);
});
