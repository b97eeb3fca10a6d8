import { expect, test } from "vitest";
import {
  decodeProfile,
  encodeProfile,
  hardwareBytes,
  type Profile,
} from "../../src/guest/profile.ts";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { RandomStream } from "../../src/sim/random.ts";

const small: Profile = { role: "copy", hostName: "c.example", address: "store on c" };
const large: Profile = {
  role: "r".repeat(64),
  hostName: "h".repeat(64),
  address: "a".repeat(64),
  hardwareAddress: "02:5d:00:00:00:2a",
  storage: Array.from({ length: 8 }, (_, index) => ({
    volume: `${index}`.padEnd(64, "v"),
    path: `/${index}`.padEnd(64, "p"),
  })),
};

test.each([small, large])("profile: what is read is what was written", (profile) => {
  const bytes = encodeProfile(profile);
  expect(decodeProfile(bytes)).toEqual(profile);
  // As it lies in memory, with zeros behind it.
  const page = new Uint8Array(PAGE_SIZE);
  page.set(bytes);
  expect(decodeProfile(page)).toEqual(profile);
});

test("profile: where nothing lies it is missing, not damaged", () => {
  expect(decodeProfile(new Uint8Array(PAGE_SIZE))).toBe("missing");
  expect(decodeProfile(new Uint8Array(0))).toBe("missing");
});

test("profile: any changed byte makes it damaged, and so does an end that is missing", () => {
  const bytes = encodeProfile(large);
  for (let at = 2; at < bytes.length; at += 1) {
    const changed = bytes.slice();
    changed[at]! ^= 1 << (at % 8);
    expect(decodeProfile(changed)).toBe("damaged");
  }
  for (let length = 2; length < bytes.length; length += 1) {
    expect(decodeProfile(bytes.subarray(0, length))).toBe("damaged");
  }
});

test("profile: bytes of any kind are refused and nothing worse", () => {
  const random = new RandomStream(1, "profile");
  for (let each = 0; each < 2_000; each += 1) {
    const bytes = Uint8Array.from({ length: random.below(120) }, () => random.below(256));
    expect(["missing", "damaged"]).toContain(decodeProfile(bytes));
  }
});

test.each([
  [{ ...small, role: "" }, "role: expected 1 to 64 printable ASCII characters"],
  [{ ...small, hostName: "ä" }, "hostName: expected 1 to 64"],
  [{ ...small, address: "x".repeat(65) }, "address: expected 1 to 64"],
  [{ ...small, hardwareAddress: "03:00:00:00:00:01" }, "the first even"],
  [{ ...small, hardwareAddress: "00:00:00:00:00:00" }, "hardwareAddress: expected six bytes"],
  [{ ...small, hardwareAddress: "02:5d" }, "hardwareAddress: expected six bytes"],
  [{ ...small, storage: [{ volume: "v", path: "\n" }] }, "path: expected 1 to 64"],
  [
    { ...small, storage: Array.from({ length: 9 }, () => ({ volume: "v", path: "p" })) },
    "storage: expected at most 8 paths, got 9",
  ],
] as const)("profile: out of bounds it is refused: %j", (profile, message) => {
  expect(() => encodeProfile(profile)).toThrow(expect.objectContaining({ code: "PROFILE" }));
  expect(() => encodeProfile(profile)).toThrow(message);
});

test("profile: a hardware address as six bytes, zeros for none", () => {
  expect(hardwareBytes("02:5D:00:00:00:2a")).toEqual(Uint8Array.of(2, 0x5d, 0, 0, 0, 0x2a));
  expect(hardwareBytes(undefined)).toEqual(new Uint8Array(6));
});
