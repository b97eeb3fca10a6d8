// covers src/lockstep/compare/sequenced-connection.ts, src/lockstep/compare/segment.ts
import { describe, expect, test } from "vitest";
import { segmentLength } from "../../../src/lockstep/compare/segment.ts";
import { RandomStream } from "../../../src/sim/random.ts";
import { comparison, segment } from "./packets.ts";

describe("sequenced connection", () => {
  test("other segments with the same bytes are the same", () => {
    const on = comparison();
    on.primary(segment(0, "abc"));
    on.primary(segment(3, "defg"));
    on.standBy(segment(0, "ab"));
    expect(on.said).toEqual([]);
    on.standBy(segment(2, "cde"));
    expect(on.said).toEqual(["=p1", "~s1"]);
    on.standBy(segment(5, "fg"));
    expect(on.said).toEqual(["=p1", "~s1", "=p2", "~s2", "~s3"]);
  });

  test("a byte that differs is told once, and holds back what follows", () => {
    const on = comparison();
    on.standBy(segment(0, "abXd"));
    on.primary(segment(0, "ab"));
    on.primary(segment(2, "cd"));
    on.primary(segment(4, "e"));
    expect(on.said).toEqual(["=p1", "!p2 unequal"]);
    expect(on.comparer.flush()).toHaveLength(2);
  });

  test("a segment leaves only if the stand-by has what it acknowledges, too", () => {
    const on = comparison();
    on.primary(segment(0, "a", 5));
    on.standBy(segment(0, "a", 3));
    expect(on.said).toEqual([]);
    on.standBy(segment(1, "", 5));
    expect(on.said).toEqual(["=p1", "~s1", "~s2"]);
  });

  test("a mere acknowledgement keeps to that, and that of the stand-by is dropped", () => {
    const on = comparison();
    on.primary(segment(0, "", 5));
    expect(on.said).toEqual([]);
    on.standBy(segment(0, "", 4));
    expect(on.said).toEqual(["~s1"]);
    on.standBy(segment(0, "", 6));
    expect(on.said).toEqual(["~s1", "=p1", "~s2"]);
  });

  test("what is sent again was compared already", () => {
    const on = comparison();
    on.primary(segment(0, "abc"));
    on.standBy(segment(0, "abc"));
    on.primary(segment(1, "bc"));
    on.standBy(segment(0, "a"));
    expect(on.said).toEqual(["=p1", "~s1", "=p2", "~s2"]);
  });

  test("after a checkpoint what is sent again is compared again", () => {
    const on = comparison();
    on.primary(segment(0, "abc"));
    on.comparer.flush();
    on.comparer.goOn();
    on.primary(segment(0, "abc"));
    expect(on.said).toEqual([]);
    on.standBy(segment(0, "abc"));
    expect(on.said).toEqual(["=p2", "~s1"]);
  });

  test("however two machines cut the same bytes, all of them leave, in order", () => {
    const random = new RandomStream(1, "cuts");
    const text = Array.from({ length: 200 }, (_none, at) => String.fromCharCode(97 + (at % 26)));
    for (let run = 0; run < 50; run += 1) {
      const on = comparison({ mostPackets: 1_000 });
      const sides = [
        { send: on.primary, at: 0 },
        { send: on.standBy, at: 0 },
      ];
      let primaryCount = 0;
      while (sides.some(({ at }) => at < text.length)) {
        const side = sides[random.below(2)]!;
        if (side.at === text.length) continue;
        const until = Math.min(text.length, side.at + 1 + random.below(9));
        side.send(segment(side.at, text.slice(side.at, until).join("")));
        side.at = until;
        if (side === sides[0]) primaryCount += 1;
      }
      const left = on.said.filter((each) => each.startsWith("="));
      expect(left).toEqual(Array.from({ length: primaryCount }, (_none, at) => `=p${at + 1}`));
      expect(on.said.some((each) => each.startsWith("!"))).toBe(false);
      expect(on.comparer.waitingCount).toBe(0);
    }
  });

  test("a segment's length is that of its bytes", () => {
    expect(segmentLength(segment(7, "abc", 9))).toBe(3);
    expect(segmentLength(new Uint8Array(2))).toBe(0);
  });
});
