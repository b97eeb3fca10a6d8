import { expect, test } from "vitest";
import type { GuestImage } from "../../../src/guest/guest.ts";
import { keyValue } from "../../../src/guest/key-value.ts";
import { encodeKeyValueRequest } from "../../../src/guest/key-value-protocol.ts";
import { parseElf } from "../../../src/guest/riscv/elf.ts";
import { decodeBase64 } from "../../../src/guest/riscv/images/base64.ts";
import { keyValueImage } from "../../../src/guest/riscv/images/key-value.ts";
import {
  executions,
  KEY_VALUE_CLIENTS_MAX,
  KEY_VALUE_NUMBER_MAX,
} from "../../../src/guest/riscv/key-value-audit.ts";
import { riscvGuest } from "../../../src/guest/riscv/riscv-guest.ts";
import { SessionStatus } from "../../../src/guest/session-status.ts";
import { Memory } from "../../../src/memory/memory.ts";
import { PAGE_SIZE } from "../../../src/memory/page.ts";
import { RandomStream } from "../../../src/sim/random.ts";
import { MachineDriver } from "../machine-driver.ts";
import { thrownCode } from "./thrown-code.ts";

const image = parseElf(decodeBase64(keyValueImage));

/** The server, past its boot; with the switch word set before it if asked for. */
function server(executeRetries = 0): MachineDriver {
  const address = image.symbols.get("execute_retries")!;
  const patched = {
    ...image,
    segments: image.segments.map(({ address: base, bytes, zeroBytes }) => {
      const copy = bytes.slice();
      if (address >= base && address < base + bytes.length) copy[address - base] = executeRetries;
      return { address: base, bytes: copy, zeroBytes };
    }),
  };
  const guest: GuestImage = riscvGuest({
    name: "riscv-kv",
    image: patched,
    memoryBytes: 2 << 20,
    bootTicks: 1_000_000,
  });
  const machine = new MachineDriver(guest);
  machine.sent.length = 0;
  return machine;
}

const audit = (machine: MachineDriver, client: number): [number, number][] => [
  ...executions(machine.guest.memory, image.symbols, client),
];

const put = (value: string): Uint8Array =>
  encodeKeyValueRequest({ op: "put", key: Buffer.from("k"), value: Buffer.from(value) });

/** A payload as a client of the workload sends it, or a damaged one. */
function drawPayload(request: Uint8Array, random: RandomStream): Uint8Array {
  if (random.below(8) > 0) return request;
  const damaged = Uint8Array.from([...request, 0]);
  damaged[random.below(4)] = random.below(256);
  return damaged.subarray(0, random.below(damaged.length + 1));
}

test("riscv key-value: answers every request as the guest in TypeScript does", () => {
  const options = { workloadKeys: 600, workloadValueBytes: 256 };
  const reference = new MachineDriver(keyValue(options));
  const machine = server();
  const random = new RandomStream(5, "requests");
  const clients = [0, 1, 33, 65, 0xffff_fffe].map((client) => ({
    client,
    workload: keyValue(options).workload(client, random),
    payloads: [] as Uint8Array[],
  }));
  for (let step = 0; step < 2_000; step += 1) {
    const { client, workload, payloads } = clients[random.below(clients.length)]!;
    const back = random.below(5) === 0 ? random.below(40) : -1;
    let number = payloads.length - back;
    if (back < 0) {
      number = payloads.length + 1;
      payloads.push(drawPayload(workload.request(number), random));
    } else if (number < 1) continue;
    const payload = payloads[number - 1]!;
    const expected = reference.answerTo(client, number, payload);
    expect([step, machine.answerTo(client, number, payload)]).toEqual([step, expected]);
  }
  for (const { client, payloads } of clients) {
    expect(audit(machine, client)).toEqual(payloads.map((_, index) => [index + 1, 1]));
  }
});

test("riscv key-value: a table without room says so, until a key goes", () => {
  const machine = server();
  const key = (number: number): Uint8Array => Buffer.from(`key-${number}`);
  const value = Buffer.from("v");
  let asked = 0;
  const ask = (request: Parameters<typeof encodeKeyValueRequest>[0]): number => {
    asked += 1;
    return machine.answerTo(1, asked, encodeKeyValueRequest(request))[0]!;
  };
  for (let number = 0; number < 512; number += 1) {
    expect(ask({ op: "put", key: key(number), value })).toBe(0);
  }
  expect(ask({ op: "put", key: key(512), value })).toBe(3);
  expect(ask({ op: "cas", key: key(513), expected: undefined, value })).toBe(3);
  expect(ask({ op: "put", key: key(7), value })).toBe(0);
  expect(ask({ op: "delete", key: key(300) })).toBe(0);
  expect(ask({ op: "put", key: key(512), value })).toBe(0);
  expect(ask({ op: "put", key: key(300), value })).toBe(3);
});

test("riscv key-value: numbers and clients out of range are refused and not executed", () => {
  const machine = server();
  expect(machine.answerTo(1, 0, put("a"))).toEqual(Uint8Array.of(SessionStatus.numberOutOfRange));
  const beyond = KEY_VALUE_NUMBER_MAX + 1;
  expect(machine.answerTo(1, beyond)).toEqual(Uint8Array.of(SessionStatus.numberOutOfRange));
  expect(machine.answerTo(1, KEY_VALUE_NUMBER_MAX, put("a"))).toEqual(Uint8Array.of(0));
  for (let client = 2; client <= KEY_VALUE_CLIENTS_MAX; client += 1) {
    expect(machine.answerTo(client, 1, put("a"))).toEqual(Uint8Array.of(0));
  }
  const stranger = 1_000;
  expect(machine.answerTo(stranger, 1)).toEqual(Uint8Array.of(SessionStatus.tooManyClients));
  expect(audit(machine, stranger)).toEqual([]);
  expect(audit(machine, 1)).toEqual([[KEY_VALUE_NUMBER_MAX, 1]]);
  expect(audit(machine, KEY_VALUE_CLIENTS_MAX)).toEqual([[1, 1]]);
});

test("riscv key-value: packets that are none are not answered", () => {
  const machine = server();
  machine.guest.deliver(Uint8Array.of(1, 0, 0, 0, 1, 0, 0));
  machine.runUntilIdle();
  expect(machine.sent).toEqual([]);
  expect(machine.answerTo(1, 1, put("a"))).toEqual(Uint8Array.of(0));
});

test("riscv key-value: with its switch set, a retry is executed again and seen", () => {
  const machine = server(1);
  for (const [number, value] of [
    [1, "a"],
    [2, "b"],
    [1, "a"],
    [1, "a"],
  ] as const) {
    machine.answerTo(7, number, put(value));
  }
  expect(audit(machine, 7)).toEqual([
    [1, 3],
    [2, 1],
  ]);
});

test("riscv key-value audit: clients that share a place, and one that never came", () => {
  const machine = server();
  for (const [client, count] of [
    [3, 1],
    [35, 2],
    [67, 3],
    [4, 4],
  ] as const) {
    for (let number = 1; number <= count; number += 1) machine.answerTo(client, number, put("a"));
  }
  expect([3, 35, 67, 4].map((client) => audit(machine, client).length)).toEqual([1, 2, 3, 4]);
  expect(audit(machine, 99)).toEqual([]);
});

test("riscv key-value audit: leaves the translation bits as they are", () => {
  const machine = server();
  machine.answerTo(1, 1, put("a"));
  const { slat } = machine.guest.memory;
  // the journal of the client in place 1 has four pages, of which the guest needed the first
  const page = Math.floor(image.symbols.get("session_journal")! / PAGE_SIZE) + 4 + 1;
  expect(audit(machine, 1)).toEqual([[1, 1]]);
  expect([slat.isAccessed(page), slat.isDirty(page)]).toEqual([false, false]);
});

test("riscv key-value audit: symbols or a memory of something else are refused", () => {
  const { memory } = server().guest;
  const other = new Map([["session_clients", 0x8000_0000]]);
  expect(thrownCode(() => executions(memory, other, 1))).toBe("KEY_VALUE_SYMBOL");
  expect(thrownCode(() => executions(new Memory(), image.symbols, 1))).toBe("ADDRESS_OUT_OF_RANGE");
});
