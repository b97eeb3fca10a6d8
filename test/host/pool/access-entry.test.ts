import { expect, test } from "vitest";
import { AccessEntry, type AccessEntryOptions } from "../../../src/host/pool/access-entry.ts";
import { RandomStream } from "../../../src/sim/random.ts";

const entry = (options: Partial<AccessEntryOptions> = {}): AccessEntry =>
  new AccessEntry({ holder: "a", reader: "b", leaseNs: 100, nowNs: 0, ...options });

test("access entry: the holder keeps its access while it is heard", () => {
  const access = entry();
  for (let nowNs = 0; nowNs < 1_000; nowNs += 90) {
    expect(access.renew("a", 1, nowNs)).toBe(true);
    expect(access.take("b", 7, 2, nowNs + 89)).toBe("held");
  }
  expect([access.holder, access.term, access.reader]).toEqual(["a", 1, "b"]);
});

test("access entry: when the lease has run out the reader gets access, and the former holder is refused", () => {
  const access = entry();
  expect(access.take("b", 7, 2, 99)).toBe("held");
  expect(access.take("b", 7, 2, 100)).toBe("given");
  expect([access.holder, access.term, access.reader]).toEqual(["b", 2, undefined]);
  expect([access.from, access.fromSilentNs]).toEqual(["a", 100]);
  expect(access.renew("a", 1, 101)).toBe(false);
  expect(access.mayWrite("a", 1)).toBe(false);
  expect(access.mayWrite("a", 2)).toBe(false);
  expect(access.mayWrite("b", 2)).toBe(true);
});

test("access entry: a spare waits until the reader has fallen silent, too", () => {
  const access = entry();
  access.take("b", 7, 2, 90);
  expect(access.take("c", 8, 2, 150)).toBe("held");
  expect(access.take("c", 8, 2, 189)).toBe("held");
  expect(access.take("c", 8, 2, 190)).toBe("given");
});

test("access entry: the same request again gets the same answer, of the same program only", () => {
  const access = entry();
  access.take("b", 7, 2, 100);
  expect(access.take("b", 7, 2, 150)).toBe("given");
  // started anew on the same host, it remembers nothing and is not the holder
  expect(access.take("b", 9, 2, 150)).toBe("stale");
  expect(access.take("b", 9, 3, 150)).toBe("held");
  expect(access.take("b", 9, 3, 200)).toBe("given");
});

test("access entry: a term that was given is given to nobody else, however late it is asked for", () => {
  const access = entry();
  access.take("b", 7, 2, 100);
  for (const nowNs of [100, 300, 9_999]) expect(access.take("c", 8, 2, nowNs)).toBe("stale");
  expect(access.holder).toBe("b");
  const broken = entry({ givenTwice: true });
  broken.take("b", 7, 2, 100);
  expect(broken.take("c", 8, 2, 101)).toBe("given");
});

test("access entry: only the holder appoints, and somebody else than itself", () => {
  const access = entry();
  expect(access.appoint("b", 1, "c", 10)).toBe(false);
  expect(access.appoint("a", 2, "c", 10)).toBe(false);
  expect(access.appoint("a", 1, "a", 10)).toBe(false);
  expect(access.reader).toBe("b");
  expect(access.appoint("a", 1, "c", 50)).toBe(true);
  expect(access.reader).toBe("c");
  // it was heard, too
  expect(access.silentNs(60)).toBe(10);
});

test("access entry: who was heard of late is present, the holder not counted", () => {
  const access = entry();
  access.take("c", 8, 2, 60);
  expect(access.present(60)).toEqual(["b", "c"]);
  expect(access.present(100)).toEqual(["c"]);
  expect(access.present(160)).toEqual([]);
});

test("access entry: whoever asks whatever whenever, one host may write, and terms are given once", () => {
  const random = new RandomStream(5, "entry");
  let given = 0;
  for (let run = 0; run < 200; run += 1) {
    const access = entry();
    const holders = new Map([[1, "a"]]);
    for (let nowNs = 0; nowNs < 2_000; nowNs += random.below(80)) {
      const host = random.pick(["a", "b", "c"]);
      const term = Math.max(1, access.term + random.below(3) - 1);
      const choice = random.below(4);
      if (choice === 0) access.renew(host, term, nowNs);
      else if (choice === 1) access.appoint(host, term, random.pick(["a", "b", "c"]), nowNs);
      else if (access.take(host, random.below(3), term, nowNs) === "given") {
        expect(holders.get(term) ?? host).toBe(host);
        holders.set(term, host);
      }
      const writers = ["a", "b", "c"].filter((each) => access.mayWrite(each, access.term));
      expect(writers).toEqual([access.holder]);
      expect(holders.get(access.term)).toBe(access.holder);
    }
    given += holders.size - 1;
  }
  expect(given).toBeGreaterThan(500);
});
