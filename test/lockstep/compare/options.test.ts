import { describe, expect, test } from "vitest";
import { encodings } from "../../../src/checkpoint/encode/encodings.ts";
import { CONSOLE_CLIENT } from "../../../src/guest/console-packet.ts";
import { type CompareOptions, compareSettings } from "../../../src/lockstep/compare/options.ts";
import { ms, seconds } from "../../../src/sim/time.ts";

const defaults = {
  ...{ minimumNs: ms(5), mostNs: seconds(20), scanNs: ms(10) },
  ...({ memory: "composite", resumeAt: "copied", comparedAt: "primary" } as const),
};

describe("settings of comparing", () => {
  test("what is not said is as published", () => {
    const settings = compareSettings({}, defaults);
    expect(settings).toMatchObject({ timeoutNs: seconds(3), queuePackets: 1_024, similarity: 1 });
    expect(settings.checkpoint.trigger.name).toBe("on request, 5 ms to 20 s");
    expect(settings.checkpoint.apply.acknowledge).toBe("stored");
    expect(settings.isSequenced(CONSOLE_CLIENT)).toBe(true);
    expect(settings.isSequenced(1)).toBe(false);
  });

  test("a checkpoint that is released when it is loaded is answered then", () => {
    const { checkpoint } = compareSettings({ releaseOutputAt: "loaded" }, defaults);
    expect(checkpoint.apply.acknowledge).toBe("applied");
  });

  test.each([
    ["timeoutNs", 0],
    ["scanNs", 0.5],
    ["queuePackets", -1],
    ["windowPackets", 0],
    ["thresholdNs", Number.NaN],
    ["similarity", 1.1],
    ["similarity", -0.1],
  ] as const)("%s of %d is refused", (name, value) => {
    expect(() => compareSettings({ [name]: value }, defaults)).toThrow(
      expect.objectContaining({
        code: "COMPARE_OPTION",
        message: expect.stringContaining(`${name}: expected`) as string,
      }),
    );
  });

  test("the least time between checkpoints is at most the most", () => {
    expect(() => compareSettings({ mostNs: ms(4) }, defaults)).toThrow(
      expect.objectContaining({ code: "TRIGGER_OPTION" }),
    );
  });

  test("differences of pages need a stand-by that undoes what it has written", () => {
    const options: CompareOptions = { checkpoint: { encode: encodings.wordDifference() } };
    expect(() => compareSettings(options, defaults)).toThrow(
      expect.objectContaining({ code: "PART_NEEDS" }),
    );
    const { checkpoint } = compareSettings({ ...options, memory: "clean-base" }, defaults);
    expect(checkpoint.encode.name).toBe(encodings.wordDifference().name);
  });
});
