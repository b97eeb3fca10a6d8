// covers src/guest/riscv/riscv-journal.ts, src/guest/riscv/images/journal.ts
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { copyGuest } from "../../../src/guest/copy-guest.ts";
import { keyValue } from "../../../src/guest/key-value.ts";
import { encodeKeyValueRequest } from "../../../src/guest/key-value-protocol.ts";
import { encodePacket } from "../../../src/guest/packet.ts";
import { parseElf } from "../../../src/guest/riscv/elf.ts";
import { decodeBase64 } from "../../../src/guest/riscv/images/base64.ts";
import { journalImage } from "../../../src/guest/riscv/images/journal.ts";
import { patchImage } from "../../../src/guest/riscv/loaded-image-patch.ts";
import type { MachineDefects } from "../../../src/guest/riscv/machine-options.ts";
import { riscvGuest } from "../../../src/guest/riscv/riscv-guest.ts";
import { riscvJournal } from "../../../src/guest/riscv/riscv-journal.ts";
import { RandomStream } from "../../../src/sim/random.ts";
import { seconds, us } from "../../../src/sim/time.ts";
import { continueTwice, MachineDriver } from "../machine-driver.ts";
import { GuestProgram } from "./images/guest-program.ts";
import { journalOn, sectorsOf } from "./journal-disk.ts";

const { symbols } = parseElf(decodeBase64(journalImage));
const CONSOLE = 0xffff_ffff;

/** The server, past its boot. */
function server(broken: MachineDefects = {}): MachineDriver {
  return new MachineDriver(riscvJournal({ broken }));
}

function word({ guest }: MachineDriver, symbol: string, offset = 0): number {
  const bytes = guest.memory.dmaRead(symbols.get(symbol)! + offset, 4);
  return new DataView(bytes.buffer).getUint32(0, true);
}

const put = (value: string): Uint8Array =>
  encodeKeyValueRequest({ op: "put", key: Buffer.from("k"), value: Buffer.from(value) });

function deliver({ guest }: MachineDriver, client: number, number: number, value = "v"): void {
  guest.deliver(encodePacket({ client, number, payload: put(value) }));
}

/** What the machine answered, each as client and number. */
const answered = ({ sent }: MachineDriver): string[] =>
  sent
    .filter(({ client }) => client !== CONSOLE)
    .map(({ client, number }) => `${client}.${number}`);

/** What the machine printed. */
const printed = ({ sent }: MachineDriver): string =>
  sent
    .filter(({ client }) => client === CONSOLE)
    .map(({ payload }) => Buffer.from(payload.subarray(4)).toString())
    .join("");

/** A machine that goes on with the state of another, as after a failover. */
function successor(machine: MachineDriver, broken: MachineDefects = {}): MachineDriver {
  const other = server(broken);
  other.sent.length = 0;
  copyGuest(machine.guest, other.guest);
  return other;
}

test("riscv journal: the module holds the built file", () => {
  const file = new URL("../../../guests/riscv/bin/journal.elf", import.meta.url);
  expect(Buffer.from(decodeBase64(journalImage)).equals(readFileSync(file))).toBe(true);
});

test("riscv journal: its boot reads the disk and ends without a timer", () => {
  const machine = server();
  expect(printed(machine)).toBe("journal: ready\n");
  // one request was made available, and one was used
  expect([
    word(machine, "block_queue", 64) >>> 16,
    word(machine, "block_queue", 76) >>> 16,
  ]).toEqual([1, 1]);
  expect(machine.guest.run(seconds(10))).toEqual({ usedNs: 0, boundary: "idle" });
  machine.answerTo(1, 1, put("a"));
  expect(machine.guest.run(seconds(10))).toEqual({ usedNs: 0, boundary: "idle" });
});

test("riscv journal: with a disk that has no room for a record it says so", () => {
  const network = { mac: Uint8Array.of(2, 0, 0, 0, 0, 1) };
  const program = new GuestProgram(journalImage, {}, { network, disk: { sizeBytes: 15 * 512 } });
  expect(program.run()).toEqual({ reason: "power-off", code: 3, reset: false });
  expect(program.printed).toBe("failed: journal: no disk\n");
});

test("riscv journal: answers every request as the guest in TypeScript does", () => {
  const reference = new MachineDriver(keyValue());
  const image = riscvJournal();
  const machine = new MachineDriver(image);
  const random = new RandomStream(5, "requests");
  const workload = image.workload(9, random);
  const payloads: Uint8Array[] = [];
  for (let step = 0; step < 300; step += 1) {
    const isNew = step === 0 || random.below(5) > 0;
    if (isNew) payloads.push(workload.request(payloads.length + 1));
    const number = Math.max(1, payloads.length - (isNew ? 0 : random.below(32)));
    const expected = reference.answerTo(9, number, payloads[number - 1]);
    expect([step, machine.answerTo(9, number, payloads[number - 1])]).toEqual([step, expected]);
  }
  const once = payloads.map((_, index) => [index + 1, 1]);
  expect([...image.executions(machine.guest, 9)]).toEqual(once);
});

test("riscv journal: a batch ends 200 µs after its first request, and is answered when it is written", () => {
  const machine = server();
  const run = (micros: number): unknown => {
    machine.guest.run(us(micros));
    return [answered(machine), journalOn(machine.guest.memory).map(({ requests }) => requests)];
  };
  deliver(machine, 1, 1);
  expect(run(150)).toEqual([[], []]);
  deliver(machine, 2, 1);
  expect(run(100)).toEqual([[], []]);
  // the next batch begins while the disk writes the first
  deliver(machine, 1, 2);
  expect(run(130)).toEqual([[], []]);
  expect(run(60)).toEqual([["1.1", "2.1"], [["1.1", "2.1"]]]);
  expect(run(190)).toEqual([["1.1", "2.1"], [["1.1", "2.1"]]]);
  expect(run(80)).toEqual([
    ["1.1", "2.1", "1.2"],
    [["1.1", "2.1"], ["1.2"]],
  ]);
});

test("riscv journal: a full batch waits for its timer, and what does not fit for the next", () => {
  // 1 ms, in which more requests come than a batch takes
  const image = patchImage(parseElf(decodeBase64(journalImage)), { batch_time: 10_000 });
  const options = { memoryBytes: 2 << 20, bootTicks: 100_000, disk: { sizeBytes: 65_536 } };
  const machine = new MachineDriver(riscvGuest({ name: "slow", image, ...options }));
  for (let number = 1; number <= 40; number += 1) {
    deliver(machine, 1, number);
    machine.guest.run(us(15));
  }
  expect(answered(machine)).toEqual([]);
  machine.runUntilIdle();
  const [first, second] = journalOn(machine.guest.memory);
  const numbers = Array.from({ length: 40 }, (_, index) => `1.${index + 1}`);
  expect(first?.requests).toEqual(numbers.slice(0, 32));
  expect(second?.requests).toEqual(numbers.slice(32));
  expect(answered(machine)).toEqual(numbers);
});

test("riscv journal: records follow each other round the disk", () => {
  const machine = server();
  const random = new RandomStream(1, "batches");
  const expected: { sector: number; sequence: number; requests: string[] }[] = [];
  let next = 0;
  for (let sequence = 1, number = 1; sequence <= 120; sequence += 1) {
    const requests: string[] = [];
    const lengths: number[] = [];
    for (let count = random.between(1, 8); count > 0; count -= 1, number += 1) {
      const value = "v".repeat(random.below(257));
      deliver(machine, 1, number, value);
      requests.push(`1.${number}`);
      lengths.push(8 + put(value).length);
    }
    machine.runUntilIdle();
    const sectors = sectorsOf(lengths);
    if (next + sectors > 128) next = 0;
    expected.push({ sector: next, sequence, requests });
    next += sectors;
  }
  const records = journalOn(machine.guest.memory);
  // the oldest may have lost their beginning to the newest, which may end in the middle of them
  expect(records.length).toBeGreaterThan(25);
  expect(expected.slice(-records.length)).toEqual(records);
  expect(records.some(({ sector }) => sector === 0)).toBe(true);
});

test("riscv journal: the generation advances every 16 requests, in the word and in the instruction", () => {
  const machine = server();
  for (let number = 1; number <= 50; number += 1) {
    machine.answerTo(1, number, put("a"));
    const generation = Math.floor(number / 16);
    expect(word(machine, "generation")).toBe(generation);
    expect(word(machine, "generation_in_code")).toBe((generation << 20) | 0x513);
  }
});

test("riscv journal: without the timer of a batch nothing is ever answered", () => {
  for (const [broken, answers] of [
    [{}, ["1.2", "1.2", "2.1"]],
    [{ timerNotSaved: true }, []],
  ] as const) {
    const machine = server(broken);
    machine.answerTo(1, 1, put("a"));
    deliver(machine, 1, 2);
    machine.guest.run(us(100));
    expect(answersToRetries(successor(machine, broken))).toEqual(answers);
  }
});

test("riscv journal: without the disk's request in flight nothing is ever answered", () => {
  for (const [broken, answers] of [
    [{}, ["1.2", "1.2", "2.1"]],
    [{ requestsInFlightNotSaved: true }, []],
  ] as const) {
    const machine = server(broken);
    machine.answerTo(1, 1, put("a"));
    deliver(machine, 1, 2);
    machine.guest.run(us(300));
    expect(answersToRetries(successor(machine, broken))).toEqual(answers);
  }
});

test("riscv journal: with the disk blocked nothing is answered until it is not, and everything then", () => {
  const machine = server();
  const storage = machine.guest.storage!;
  machine.answerTo(1, 1, put("a"));
  deliver(machine, 1, 2);
  machine.guest.run(us(300));
  expect(storage.activeRequests).toBe(1);
  storage.block();
  deliver(machine, 2, 1);
  machine.guest.run(seconds(1));
  expect([answered(machine), storage.activeRequests]).toEqual([["1.1", "1.2"], 0]);
  expect(machine.guest.run(seconds(1))).toEqual({ usedNs: 0, boundary: "idle" });
  storage.unblock();
  expect(storage.activeRequests).toBe(0);
  machine.guest.run(us(10));
  expect(storage.activeRequests).toBe(1);
  machine.guest.run(seconds(1));
  expect(answered(machine)).toEqual(["1.1", "1.2", "2.1"]);
});

test("riscv journal: without the request that a blocked disk was told of nothing is ever answered", () => {
  for (const [broken, here, there] of [
    [{}, ["1.1", "1.2", "1.2"], ["1.2", "1.2", "2.1"]],
    [{ blockedRequestLost: true }, ["1.1", "1.2", "1.2"], []],
    [{ noLookAtUnblock: true }, ["1.1"], ["1.2", "1.2", "2.1"]],
  ] as const) {
    const machine = server(broken);
    machine.answerTo(1, 1, put("a"));
    machine.guest.storage?.block();
    deliver(machine, 1, 2);
    machine.guest.run(seconds(1));
    const other = successor(machine, broken);
    // It looks when it runs, not when it takes the state over.
    expect(other.guest.saveRegisters()).toEqual(machine.guest.saveRegisters());
    machine.guest.storage?.unblock();
    expect([answersToRetries(machine), answersToRetries(other)]).toEqual([here, there]);
  }
});

/** Has clients ask again and again, more than a batch and the card have room for; the first answers. */
function answersToRetries(machine: MachineDriver): string[] {
  for (let round = 1; round <= 60; round += 1) {
    deliver(machine, 1, 2);
    deliver(machine, 2, round);
    machine.guest.run(us(500));
  }
  machine.guest.run(seconds(10));
  return answered(machine).slice(0, 3);
}

test("riscv journal: instructions decoded before it took over another machine's state are noticed", () => {
  for (const [broken, code, text] of [
    [{}, undefined, ""],
    [{ staleDecoded: true }, "powered off with code 2", "journal: stale instruction\n"],
  ] as const) {
    const machine = server(broken);
    for (let number = 1; number <= 16; number += 1) machine.answerTo(1, number, put("a"));
    const other = successor(machine, broken);
    deliver(other, 1, 17);
    other.guest.run(seconds(1));
    // the machine that rewrote them itself goes on
    machine.answerTo(1, 17, put("a"));
    expect([machine.guest.panic, other.guest.panic]).toEqual([undefined, code]);
    expect(printed(other)).toBe(text);
  }
});

test("riscv journal: stopped anywhere and copied, it goes on as if it had not been", () => {
  const differs = (broken: MachineDefects): boolean =>
    [1, 2, 3, 4, 5, 6].some((seed) => {
      const options = { steps: 150, budgetMaxNs: us(150) };
      const { original, second } = continueTwice(riscvJournal({ broken }), seed, options);
      return JSON.stringify([...original.state]) !== JSON.stringify([...second.state]);
    });
  expect(differs({})).toBe(false);
  expect(differs({ timerNotSaved: true })).toBe(true);
  expect(differs({ requestsInFlightNotSaved: true })).toBe(true);
  expect(differs({ staleDecoded: true })).toBe(true);
});
