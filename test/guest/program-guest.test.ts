import { expect, test } from "vitest";
import { encodePacket } from "../../src/guest/packet.ts";
import {
  PROGRAM_AREA_ADDRESS,
  PROGRAM_AREA_BYTES,
  type ProgramOptions,
  programGuest,
} from "../../src/guest/program-guest.ts";
import { u32 } from "../../src/guest/record-field.ts";
import { recordLayout } from "../../src/guest/record-layout.ts";
import { sessionStatusOf } from "../../src/guest/session-status.ts";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { RandomStream } from "../../src/sim/random.ts";
import { MachineDriver, stateOf } from "./machine-driver.ts";

const State = recordLayout({ sum: u32, table: u32 });

/** Adds up the bytes of its requests; byte 0xff makes it read far outside its memory. */
const adder = (options: ProgramOptions = {}) =>
  programGuest({
    ...options,
    name: "adder",
    boot({ memory, allocator }) {
      const state = State.at(memory, PROGRAM_AREA_ADDRESS);
      state.table = allocator.allocate(PAGE_SIZE)!;
      return {
        replyBytesMax: 4,
        execute(payload) {
          if (payload[0] === 0xff) memory.load32(0x7fff_0000);
          for (const byte of payload) state.sum += byte;
          return Uint8Array.of(state.sum & 0xff);
        },
      };
    },
    workload: () => ({ request: (number) => Uint8Array.of(number & 0x7f) }),
  });

test("program guest: answers each request once, with client and number", () => {
  const machine = new MachineDriver(adder());
  expect(machine.ask(5, 1, Uint8Array.of(3, 4))).toEqual([
    { client: 5, number: 1, payload: Uint8Array.of(7) },
  ]);
  expect(machine.answerTo(5, 2, Uint8Array.of(1))).toEqual(Uint8Array.of(8));
  expect(machine.answerTo(5, 1, Uint8Array.of(3, 4))).toEqual(Uint8Array.of(7));
  expect(machine.guest.panic).toBeUndefined();
});

test("program guest: executions are read from its memory", () => {
  const image = adder();
  const machine = new MachineDriver(image);
  for (const number of [1, 2, 2, 5]) machine.ask(9, number);
  expect(image.executions(machine.guest, 9)).toEqual(
    new Map([
      [1, 1],
      [2, 1],
      [5, 1],
    ]),
  );
  expect(image.executions(machine.guest, 8)).toEqual(new Map());
});

test("program guest: the switch for tests executes retries again", () => {
  const image = adder({ executeRetries: true });
  const machine = new MachineDriver(image);
  for (const number of [1, 1]) machine.ask(9, number, Uint8Array.of(2));
  expect(image.executions(machine.guest, 9)).toEqual(new Map([[1, 2]]));
});

test("program guest: a request takes the service time, split as budgets are", () => {
  const { guest } = new MachineDriver(adder({ serviceNs: 1_000 }));
  guest.deliver(encodePacket({ client: 1, number: 1, payload: new Uint8Array(0) }));
  expect(guest.run(999)).toEqual({ usedNs: 999, boundary: "budget" });
  expect(guest.run(999)).toEqual({ usedNs: 1, boundary: "idle" });
});

test("program guest: bytes that are no packet are taken and not answered", () => {
  const machine = new MachineDriver(adder());
  machine.guest.deliver(Uint8Array.of(1, 2, 3));
  machine.runUntilIdle();
  expect(machine.sent).toEqual([]);
  expect(machine.answerTo(1, 1)).toHaveLength(1);
});

test("program guest: two boots give the same memory", () => {
  const image = adder();
  expect(stateOf(new MachineDriver(image).guest)).toEqual(stateOf(new MachineDriver(image).guest));
});

test("program guest: an access outside the memory stops the machine", () => {
  const machine = new MachineDriver(adder());
  machine.ask(1, 1, Uint8Array.of(0xff));
  expect(machine.guest.panic).toContain("0x7fff0000");
  expect(machine.ask(1, 2)).toEqual([]);
});

test("program guest: a page of the session directory that was lost stops nobody", () => {
  const image = adder();
  const machine = new MachineDriver(image);
  machine.ask(1, 1);
  machine.guest.memory.zeroPage(0);
  expect(image.executions(machine.guest, 1)).toEqual(new Map());
  machine.ask(1, 2);
});

test("program guest: the window is an option", () => {
  const machine = new MachineDriver(adder({ window: 2 }));
  for (let number = 1; number <= 3; number += 1) machine.ask(1, number);
  expect(sessionStatusOf(machine.answerTo(1, 1))).toBe(0xf3);
  expect(sessionStatusOf(machine.answerTo(1, 2))).toBeUndefined();
});

test("program guest: the program's area is a kilobyte", () => {
  expect(PROGRAM_AREA_ADDRESS + PROGRAM_AREA_BYTES).toBe(PAGE_SIZE);
  expect(PROGRAM_AREA_BYTES).toBe(1_024);
});

test("program guest: registers of another kind of guest are refused", () => {
  const { guest } = new MachineDriver(adder());
  const registers = guest.saveRegisters();
  const longer = Uint8Array.of(...registers, 1);
  longer[16] = 1;
  expect(() => guest.loadRegisters(longer)).toThrow("expected no further registers, got 1 bytes");
});

test("program guest: options out of range are refused", () => {
  for (const memoryBytes of [0, 4_096, 65_537, 1 << 29, Number.NaN]) {
    expect(() => adder({ memoryBytes })).toThrow(RangeError);
  }
  for (const serviceNs of [0, -1, 0.5, 3_600_000_000_001]) {
    expect(() => adder({ serviceNs })).toThrow(RangeError);
  }
  expect(() => adder({ window: 257 })).toThrow(RangeError);
});

test("program guest: the workload is the program's", () => {
  const workload = adder().workload(1, new RandomStream(1, "workload"));
  expect(workload.request(3)).toEqual(Uint8Array.of(3));
});
