import { expect, test } from "vitest";
import { dice } from "../../src/guest/dice.ts";
import type { GuestImage } from "../../src/guest/guest.ts";
import { encodePacket } from "../../src/guest/packet.ts";
import { MachineDriver, stateOf } from "./machine-driver.ts";

/** A reply's parts. */
function read(payload: Uint8Array) {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  return [view.getUint32(0, true), view.getUint32(4, true), view.getFloat64(8, true)];
}

test("dice: counts requests, and answers each eighth with random bits and the time", () => {
  const machine = new MachineDriver(dice());
  for (let number = 1; number <= 7; number += 1) {
    expect(read(machine.answerTo(1, number))).toEqual([number, 0, 0]);
  }
  expect(read(machine.answerTo(2, 1))).toEqual([8, 7, 1_000]);
  expect(read(machine.answerTo(2, 1))).toEqual([8, 7, 1_000]);
  expect(read(machine.answerTo(1, 8))).toEqual([9, 0, 0]);
});

/** A machine with a random source that always says the same; how often it was asked, and what it said. */
function thrower(image: GuestImage, random: number) {
  const asked = { clock: 0, random: 0 };
  const guest = image.create({
    now: () => (asked.clock += 1),
    random32: () => {
      asked.random += 1;
      return random;
    },
    transmit: () => undefined,
  });
  const ask = (number: number): void => {
    guest.deliver(encodePacket({ client: 1, number, payload: new Uint8Array(0) }));
    while (guest.run(1_000_000).boundary === "budget");
  };
  return { guest, asked, ask };
}

test("dice: clock and random source are asked once for each throw, and not at boot", () => {
  const { asked, ask } = thrower(dice({ every: 3 }), 5);
  expect(asked).toEqual({ clock: 0, random: 0 });
  for (let number = 1; number <= 10; number += 1) ask(number);
  expect(asked).toEqual({ clock: 3, random: 3 });
});

test("dice: what is thrown is noted on a page that it chooses", () => {
  const states = [5, 6].map((random) => {
    const { guest, ask } = thrower(dice({ every: 1 }), random);
    ask(1);
    return stateOf(guest);
  });
  const [pages, others] = states.map((state) => new Set(state.keys()));
  expect(pages!.size).toBe(others!.size);
  expect([...pages!].filter((page) => !others!.has(page))).toHaveLength(1);
});

test("dice: it says that its answers follow not from its requests alone", () => {
  expect(dice().deterministic).toBe(false);
});

test("dice: options out of range are refused", () => {
  expect(() => dice({ every: 0 })).toThrow("every: expected a whole number of at least 1, got 0");
  expect(() => new MachineDriver(dice({ memoryBytes: 65_536 }))).toThrow(
    expect.objectContaining({ code: "DICE_MEMORY" }),
  );
});
