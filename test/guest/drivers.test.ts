import { expect, test } from "vitest";
import { cloneGuest, copyGuest, SILENCE } from "../../src/guest/copy-guest.ts";
import { counter } from "../../src/guest/counter.ts";
import { type DuplicationOptions, placeProfile, reservedProfile } from "../../src/guest/drivers.ts";
import type { Guest, GuestImage } from "../../src/guest/guest.ts";
import { encodeProfile, type Profile } from "../../src/guest/profile.ts";
import { RiscvGuest } from "../../src/guest/riscv/riscv-guest.ts";
import { riscvJournal } from "../../src/guest/riscv/riscv-journal.ts";
import { MemoryDigest } from "../../src/memory/memory-digest.ts";

const profile: Profile = {
  role: "copy",
  hostName: "c.example",
  address: "machine on c",
  hardwareAddress: "02:5d:00:00:00:2a",
  storage: [{ volume: "data", path: "/volumes/c/data/of/the/copy" }],
};

const images: readonly [string, (options?: DuplicationOptions) => GuestImage][] = [
  ["program", (duplication) => counter(duplication && { duplication })],
  ["RISC-V machine", (duplication) => riscvJournal(duplication && { duplication })],
];

function machine(image: GuestImage): Guest & { duplication: NonNullable<Guest["duplication"]> } {
  const guest = image.create(SILENCE);
  if (guest.duplication === undefined) throw new Error("expected a machine with drivers");
  return guest as Guest & { duplication: NonNullable<Guest["duplication"]> };
}

test.each(images)(
  "drivers: a %s goes by the profile in its memory once it resumes",
  (_name, image) => {
    const guest = machine(image({}));
    const { duplication, memory } = guest;
    expect(reservedProfile(memory, duplication.reserved)).toBe("missing");
    placeProfile(memory, duplication.reserved, encodeProfile(profile));
    expect(duplication.identity).toEqual({});
    guest.loadRegisters(guest.saveRegisters());
    expect(duplication.identity).toEqual(profile);
    expect(reservedProfile(memory, duplication.reserved)).toEqual(profile);
  },
);

test.each(images)(
  "drivers: a %s that stands in elsewhere goes by the same profile",
  (_name, image) => {
    const guest = machine(image({}));
    placeProfile(guest.memory, guest.duplication.reserved, encodeProfile(profile));
    guest.loadRegisters(guest.saveRegisters());
    const clone = cloneGuest(image({}), guest);
    expect(clone.duplication?.identity).toEqual(profile);
    // And back: without a profile it is as it was built.
    copyGuest(image({}).create(SILENCE), clone);
    expect(clone.duplication?.identity.address).toBeUndefined();
  },
);

test.each(images)("drivers: a damaged profile is none to a %s", (_name, image) => {
  const guest = machine(image({}));
  const bytes = encodeProfile(profile);
  bytes[9]! ^= 1;
  placeProfile(guest.memory, guest.duplication.reserved, bytes);
  guest.loadRegisters(guest.saveRegisters());
  expect(reservedProfile(guest.memory, guest.duplication.reserved)).toBe("damaged");
  expect(guest.duplication.identity.address).toBeUndefined();
});

test("drivers: one that does not know of profiles goes on as it was built", () => {
  const guest = machine(counter({ duplication: { unsupported: ["network"] } }));
  placeProfile(guest.memory, guest.duplication.reserved, encodeProfile(profile));
  guest.loadRegisters(guest.saveRegisters());
  const listed = guest.duplication.drivers.map(({ name, duplicates }) => [name, duplicates]);
  expect(listed).toEqual([
    ["system", true],
    ["network", false],
    ["storage", true],
  ]);
  const { address, hardwareAddress, hostName, storage } = guest.duplication.identity;
  expect([address, hardwareAddress, hostName]).toEqual([undefined, undefined, "c.example"]);
  expect(storage).toEqual(profile.storage);
});

test.each(images)(
  "drivers: a %s that was not asked for them has none, and no reserved memory",
  (_name, image) => {
    const plain = image().create(SILENCE);
    expect(plain.duplication).toBeUndefined();
    expect(plain.memory.regions.some(({ name }) => name === "reserved")).toBe(false);
    // Its memory and registers are otherwise the same.
    const other = image({}).create(SILENCE);
    const digest = (guest: Guest): string => new MemoryDigest(guest.memory).digest();
    expect(digest(other)).toBe(digest(plain));
    expect(other.saveRegisters()).toEqual(plain.saveRegisters());
  },
);

test("drivers: a RISC-V machine's card takes the profile's address, and frames for it carry that", () => {
  const guest = riscvJournal({ duplication: {} }).create(SILENCE);
  if (!(guest instanceof RiscvGuest)) throw new Error("expected a RISC-V machine");
  placeProfile(guest.memory, guest.duplication!.reserved, encodeProfile(profile));
  // As a program reads it in the card's configuration space.
  const card = (): number[] => [...guest.machine.networkAddress!];
  expect([...card()]).toEqual([2, 0x5d, 0, 0, 0, 1]);
  guest.loadRegisters(guest.saveRegisters());
  expect([...card()]).toEqual([2, 0x5d, 0, 0, 0, 0x2a]);
  // What a client sends is carried to that address, and still arrives.
  guest.deliver(Uint8Array.of(1, 0, 0, 0, 1, 0, 0, 0));
  const frame = Uint8Array.of(2, 0x5d, 0, 0, 0, 0x2a, 2, 0, 0, 0, 0, 1, 0x88, 0xb5);
  const pages = guest.memory.regions[0]!;
  let found = false;
  for (let page = pages.basePage; page < pages.basePage + pages.pageCount; page += 1) {
    found ||= Buffer.from(guest.memory.page(page)).includes(Buffer.from(frame));
  }
  expect(found).toBe(true);
});
