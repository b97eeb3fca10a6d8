// A guest may not keep state outside its regions and registers: a second machine that gets both goes on
// as the first does. Covers every program guest of the library.
import { expect, test } from "vitest";
import { copyGuest } from "../../src/guest/copy-guest.ts";
import { counter } from "../../src/guest/counter.ts";
import type { GuestImage } from "../../src/guest/guest.ts";
import { keyValue } from "../../src/guest/key-value.ts";
import { PROGRAM_AREA_ADDRESS, programGuest } from "../../src/guest/program-guest.ts";
import { u32 } from "../../src/guest/record-field.ts";
import { recordLayout } from "../../src/guest/record-layout.ts";
import { continueTwice } from "./machine-driver.ts";

const images: GuestImage[] = [
  counter(),
  counter({ touchPages: 16, window: 2, memoryBytes: 2 << 20, serviceNs: 7_001 }),
  keyValue(),
  keyValue({ capacity: 5, serviceNs: 1 }),
];

test.each(images.map((image, index) => [`${image.name} (${index + 1})`, image] as const))(
  "continuation: %s goes on identically in a second machine, from any boundary",
  (_name, image) => {
    for (let seed = 0; seed < 40; seed += 1) {
      const { original, second } = continueTwice(image, seed, {});
      expect(second).toEqual(original);
    }
  },
);

/** Stops at which the comparison notices that a transfer is broken. */
function noticed(image: GuestImage, transfer: Parameters<typeof continueTwice>[2]["transfer"]) {
  let count = 0;
  for (let seed = 0; seed < 40; seed += 1) {
    const { original, second } = continueTwice(image, seed, { transfer: transfer! });
    try {
      expect(second).toEqual(original);
    } catch {
      count += 1;
    }
  }
  return count;
}

test("continuation: a page that is not transferred is noticed", () => {
  const found = noticed(counter(), (source, target) => {
    const stale = target.memory.page(0).slice();
    copyGuest(source, target);
    target.memory.hostWrite(0, stale);
  });
  expect(found).toBeGreaterThan(20);
});

test("continuation: registers that are not transferred are noticed", () => {
  const found = noticed(counter(), (source, target) => {
    const stale = target.saveRegisters();
    copyGuest(source, target);
    target.loadRegisters(stale);
  });
  expect(found).toBeGreaterThan(10);
});

test("continuation: a program that remembers outside its memory is noticed", () => {
  const State = recordLayout({ sum: u32 });
  const forgetful = programGuest({
    name: "forgetful",
    boot({ memory }) {
      const state = State.at(memory, PROGRAM_AREA_ADDRESS);
      let remembered = 0;
      return {
        replyBytesMax: 1,
        execute() {
          remembered += 1;
          state.sum = remembered;
          return Uint8Array.of(remembered & 0xff);
        },
      };
    },
    workload: () => ({ request: () => new Uint8Array(0) }),
  });
  expect(noticed(forgetful, copyGuest)).toBeGreaterThan(20);
});
