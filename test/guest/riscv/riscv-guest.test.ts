import { expect, test } from "vitest";
import { decodeConsolePacket, encodeConsolePacket } from "../../../src/guest/console-packet.ts";
import { cloneGuest } from "../../../src/guest/copy-guest.ts";
import type { Guest, GuestServices } from "../../../src/guest/guest.ts";
import { encodeKeyValueRequest } from "../../../src/guest/key-value-protocol.ts";
import { decodePacket, encodePacket } from "../../../src/guest/packet.ts";
import { parseElf } from "../../../src/guest/riscv/elf.ts";
import { flatImage } from "../../../src/guest/riscv/flat-image.ts";
import { decodeBase64 } from "../../../src/guest/riscv/images/base64.ts";
import { sortImage } from "../../../src/guest/riscv/images/sort.ts";
import { timerEchoImage } from "../../../src/guest/riscv/images/timer-echo.ts";
import { riscvGuest } from "../../../src/guest/riscv/riscv-guest.ts";
import { riscvKeyValue } from "../../../src/guest/riscv/riscv-key-value.ts";
import { MemoryDigest } from "../../../src/memory/memory-digest.ts";
import { RandomStream } from "../../../src/sim/random.ts";
import { ms, us } from "../../../src/sim/time.ts";

const CONSOLE = 9;

function services(): GuestServices & { readonly packets: Uint8Array[] } {
  const packets: Uint8Array[] = [];
  const random = new RandomStream(1, "test: services");
  return {
    packets,
    now: () => 0,
    random32: () => random.u32(),
    transmit: (packet) => packets.push(packet),
  };
}

const words = (...instructions: number[]) =>
  flatImage(
    Uint8Array.from(
      instructions.flatMap((word) => [0, 8, 16, 24].map((by) => (word >>> by) & 0xff)),
    ),
  );

function printed(packets: readonly Uint8Array[]): string {
  return packets
    .map((bytes) => decodeConsolePacket(bytes))
    .map((packet) => (packet?.client === CONSOLE ? String.fromCharCode(...packet.bytes) : ""))
    .join("");
}

const typing = (text: string, offset = 0) =>
  encodeConsolePacket({
    client: CONSOLE,
    offset,
    received: 0,
    bytes: Uint8Array.from(text, (letter) => letter.charCodeAt(0)),
  });

const put = (number: number) =>
  encodePacket({
    client: 3,
    number,
    payload: encodeKeyValueRequest({
      op: "put",
      key: Uint8Array.of(number),
      value: Uint8Array.of(1, 2, number),
    }),
  });

test("riscv guest: a program runs in budgets, prints on its console and stops", () => {
  const image = riscvGuest({
    name: "sort",
    image: parseElf(decodeBase64(sortImage)),
    memoryBytes: 1 << 20,
    consoleClient: CONSOLE,
  });
  const world = services();
  const guest = image.create(world);
  let usedNs = 0;
  for (;;) {
    const run = guest.run(ms(1));
    usedNs += run.usedNs;
    if (run.boundary === "idle") break;
    expect(run.usedNs).toBe(ms(1));
  }
  // 9,723,669 instructions of 10 ns
  expect(usedNs).toBe(97_236_690);
  expect(guest.panic).toBe("powered off with code 0");
  expect(printed(world.packets)).toMatch(/^sort: rounds 10 words 4096 checksum/);
  expect(guest.run(ms(1))).toEqual({ usedNs: 0, boundary: "idle" });
});

test("riscv guest: a budget below a tick is used for one", () => {
  const guest = riscvGuest({ name: "loop", image: words(0x6f) }).create(services());
  expect(guest.run(3)).toEqual({ usedNs: 3, boundary: "budget" });
  expect(guest.run(25)).toEqual({ usedNs: 20, boundary: "budget" });
});

test("riscv guest: packets come in frames and leave as packets, each request executed once", () => {
  const world = services();
  const image = riscvKeyValue();
  const guest = image.create(world);
  world.packets.length = 0;
  for (const number of [1, 2, 1]) {
    guest.deliver(put(number));
    expect(guest.run(ms(5)).boundary).toBe("idle");
  }
  const replies = world.packets.map((packet) => decodePacket(packet)!);
  expect(replies.map(({ client, number }) => [client, number])).toEqual([
    [3, 1],
    [3, 2],
    [3, 1],
  ]);
  expect(image.executions(guest, 3)).toEqual(
    new Map([
      [1, 1],
      [2, 1],
    ]),
  );
  guest.deliver(new Uint8Array(3));
  expect(guest.run(ms(5)).boundary).toBe("idle");
});

test("riscv guest: a copy at any moment goes on as the original does, to the bit", () => {
  const image = riscvGuest({
    name: "timer-echo",
    image: parseElf(decodeBase64(timerEchoImage)),
    memoryBytes: 1 << 20,
    consoleClient: CONSOLE,
  });
  const state = (guest: Guest) => [
    new MemoryDigest(guest.memory).digest(),
    ...guest.saveRegisters(),
  ];
  const random = new RandomStream(5, "test: moments");
  const first = services();
  const guest = image.create(first);
  let offset = 0;
  for (let round = 0; round < 12; round += 1) {
    guest.run(us(1 + random.below(900)));
    const second = services();
    const copy = cloneGuest(image, guest, second);
    const from = first.packets.length;
    second.packets.length = 0;
    for (const each of [guest, copy]) {
      each.deliver(typing("x", offset));
      each.run(us(700));
    }
    offset += 1;
    expect(state(copy)).toEqual(state(guest));
    expect(second.packets).toEqual(first.packets.slice(from));
  }
});

test("riscv guest: a trap that nothing handles stops it, and a copy knows why", () => {
  const image = riscvGuest({ name: "broken", image: words(0x13, 0) });
  const guest = image.create(services());
  expect(guest.run(ms(1)).boundary).toBe("idle");
  const text =
    "illegal instruction that nothing handles, at 0x80000004: instruction 0x00000000, value 0x00000000, hart 0";
  expect(guest.panic).toBe(text);
  expect(cloneGuest(image, guest).panic).toBe(text);
});

test("riscv guest: registers of something else are refused and change nothing", () => {
  const guest = riscvKeyValue().create(services());
  const before = guest.saveRegisters();
  for (const bytes of [new Uint8Array(0), before.subarray(1), before.slice().fill(255, 0, 4)]) {
    expect(() => {
      guest.loadRegisters(bytes);
    }).toThrow(/expected/);
  }
  const line = before.slice();
  line.fill(255, line.length - 20, line.length - 16);
  expect(() => {
    guest.loadRegisters(line);
  }).toThrow("console line");
  expect(guest.saveRegisters()).toEqual(before);
});

test("riscv guest: a boot runs until the machine waits, and no longer than it may", () => {
  expect(() => riscvGuest({ name: "x", image: words(0x6f), bootTicks: -1 })).toThrow("bootTicks");
  const guest = riscvGuest({ name: "x", image: words(0x6f), bootTicks: 77 }).create(services());
  expect(guest.run(us(1)).boundary).toBe("budget");
});

test("riscv guest: only a machine with a disk has storage", () => {
  expect(riscvKeyValue().create(services()).storage).toBeUndefined();
  const disk = { sizeBytes: 512 };
  const image = riscvGuest({ name: "disk", image: words(0x1050_0073), disk });
  expect(image.create(services()).storage?.activeRequests).toBe(0);
});
