// covers src/cluster/duplication/construction.ts, src/cluster/duplication/machine-digest.ts
import { expect, test } from "vitest";
import { Construction } from "../../../src/cluster/duplication/construction.ts";
import { machineDigest } from "../../../src/cluster/duplication/machine-digest.ts";
import { SILENCE } from "../../../src/guest/copy-guest.ts";
import { counter } from "../../../src/guest/counter.ts";
import type { Guest } from "../../../src/guest/guest.ts";
import { encodePacket } from "../../../src/guest/packet.ts";
import { encodeProfile } from "../../../src/guest/profile.ts";
import { MemoryDigest } from "../../../src/memory/memory-digest.ts";
import { PAGE_SIZE } from "../../../src/memory/page.ts";
import { PageSet } from "../../../src/memory/page-set.ts";
import { ms } from "../../../src/sim/time.ts";

const image = counter({ duplication: {}, touchPages: 8 });
const profile = encodeProfile({ role: "copy", hostName: "c.example", address: "copy" });
const RESERVED = 0x1_0000;
const REGIONS = [256, 1];

/** A counter that has counted a few, and a construction that knows nothing of it. */
function setUp(options: { roomBytes?: number; takesProtected?: boolean } = {}) {
  const source = image.create(SILENCE);
  for (let number = 1; number <= 5; number += 1) {
    source.deliver(encodePacket({ client: 1, number, payload: new Uint8Array(0) }));
    source.run(ms(1));
  }
  const made = new Construction({
    image,
    profile,
    roomBytes: Number.POSITIVE_INFINITY,
    takesProtected: false,
    ...options,
  });
  return { source, made };
}

function pagesOf({ memory }: Guest) {
  const touched = new PageSet();
  memory.collectTouched(touched);
  return touched.toArray().map((page) => ({ page, bytes: memory.page(page).slice() }));
}

const begin = { type: "begin", regionPages: REGIONS } as const;

test("construction: the whole copy makes the source's state, under its own profile", () => {
  const { source, made } = setUp();
  const before = made.profileDigest;
  expect(made.offered({ type: "offer", image: "counter", regionPages: REGIONS })).toBeUndefined();
  expect(made.begin(begin)).toBeUndefined();
  const pages = pagesOf(source);
  expect(made.take({ type: "pages", group: 1, pages: pages.slice(0, 3) })).toBeUndefined();
  expect(made.take({ type: "pages", group: 2, pages: pages.slice(3) })).toBeUndefined();
  const registers = source.saveRegisters();
  const commit = { type: "commit", groups: 2, pages: pages.length, registers } as const;
  expect(made.commit(commit)).toBeUndefined();
  expect(made.configure()).toBeUndefined();
  const { reserved } = source.duplication!;
  const digest = machineDigest(new MemoryDigest(source.memory), registers, reserved);
  expect(made.stateDigest).toBe(digest);
  expect(made.profileDigest).toBe(before);
  expect(made.identity).toMatchObject({ address: "copy", hostName: "c.example" });
  expect(image.executions(made.guest, 1).size).toBe(5);
});

test("construction: a page of protected memory is refused, with all of its group", () => {
  const { made } = setUp();
  made.begin(begin);
  const [before, state] = [made.profileDigest, made.stateDigest];
  const pages = [0, RESERVED].map((page) => ({ page, bytes: new Uint8Array(PAGE_SIZE).fill(7) }));
  expect(made.take({ type: "pages", group: 1, pages })).toBe(
    `expected no page of protected memory, got page ${RESERVED}`,
  );
  expect([made.profileDigest, made.stateDigest]).toEqual([before, state]);
  // Broken on purpose, it is taken; the machine then has no profile and does not run.
  const broken = setUp({ takesProtected: true }).made;
  broken.begin(begin);
  expect(broken.take({ type: "pages", group: 1, pages })).toBeUndefined();
  expect(broken.profileDigest).not.toBe(before);
  expect(broken.configure()).toBe("the profile is damaged");
});

test.each([
  [{ type: "offer", image: "key-value", regionPages: REGIONS }, "expected a machine of counter"],
  [{ type: "offer", image: "counter", regionPages: [256] }, "expected regions of 256 to 256"],
  [{ type: "offer", image: "counter", regionPages: [257, 1] }, "got 257, 1"],
] as const)("construction: %j is refused", (offer, message) => {
  expect(setUp().made.offered(offer)).toContain(message);
});

test("construction: a machine that has no room is refused", () => {
  const { made } = setUp({ roomBytes: 257 * PAGE_SIZE - 1 });
  const offer = { type: "offer", image: "counter", regionPages: REGIONS } as const;
  expect(made.offered(offer)).toBe("expected at most 1052671 bytes of memory, got 1052672");
});

test("construction: groups out of order, pages of nowhere, and an incomplete copy are refused", () => {
  const { source, made } = setUp();
  const bytes = new Uint8Array(PAGE_SIZE);
  expect(made.take({ type: "pages", group: 1, pages: [] })).toContain("a copy that has begun");
  expect(made.begin({ type: "begin", regionPages: [1, 1] })).toContain("expected regions");
  made.begin(begin);
  expect(made.take({ type: "pages", group: 2, pages: [] })).toContain("expected group 1");
  for (const page of [256, 0xffff_ffff]) {
    expect(made.take({ type: "pages", group: 1, pages: [{ page, bytes }] })).toBe(
      `expected pages of the machine, got page ${page}`,
    );
  }
  const registers = source.saveRegisters();
  const commit = { type: "commit", groups: 1, pages: 2, registers } as const;
  expect(made.commit(commit)).toBe("expected 1 groups with 2 pages, got 0 with 0");
  made.take({ type: "pages", group: 1, pages: [{ page: 9, bytes }] });
  expect(made.commit(commit)).toBe("expected 1 groups with 2 pages, got 1 with 1");
  const malformed = { ...commit, pages: 1, registers: new Uint8Array(3) };
  expect(made.commit(malformed)).toContain("expected registers");
});

test("construction: a driver that goes by another address makes it no machine", () => {
  const old = counter({ duplication: { unsupported: ["network"] } });
  const made = new Construction({
    image: old,
    profile,
    roomBytes: Number.POSITIVE_INFINITY,
    takesProtected: false,
  });
  expect(made.configure()).toBe(
    "a driver does not go by the profile: expected copy, got the source's address",
  );
});
