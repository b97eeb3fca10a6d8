import { expect, test } from "vitest";
import { CONSOLE_RING_BYTES, ConsoleLine } from "../../src/guest/console-line.ts";
import {
  type ConsolePacket,
  decodeConsolePacket,
  encodeConsolePacket,
} from "../../src/guest/console-packet.ts";
import { Memory } from "../../src/memory/memory.ts";
import { SparseBacking } from "../../src/memory/sparse-backing.ts";
import { ByteReader } from "../../src/sim/byte-reader.ts";
import { ByteWriter } from "../../src/sim/byte-writer.ts";

function rig(room = 100) {
  const memory = new Memory();
  const backing = new SparseBacking(32);
  memory.addRegion({ name: "console", basePage: 16, backing, stores: "seen" });
  const packets: ConsolePacket[] = [];
  const typed: number[] = [];
  const line = new ConsoleLine({
    memory,
    ringAddress: 16 * 4_096,
    client: 5,
    transmit: (packet) => packets.push(decodeConsolePacket(packet)!),
    type: (bytes) => {
      const taken = bytes.subarray(0, room - typed.length);
      typed.push(...taken);
      return taken.length;
    },
  });
  const print = (text: string) => {
    for (const letter of text) line.print(letter.charCodeAt(0));
  };
  const poll = (received: number, text = "", offset = 0) => {
    packets.length = 0;
    const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    return line.receive(encodeConsolePacket({ client: 5, offset, received, bytes }));
  };
  const sent = () =>
    packets.map(({ offset, bytes }) => `${offset}:${String.fromCharCode(...bytes)}`);
  return { memory, line, print, poll, packets, typed, sent };
}

test("console line: what is printed is sent once, numbered", () => {
  const { line, print, sent } = rig();
  print("abc");
  line.flush();
  line.flush();
  print("de");
  line.flush();
  expect(sent()).toEqual(["0:abc", "3:de"]);
  expect(line.printed).toBe(5);
});

test("console line: what was under way before the last poll and has not arrived is sent again", () => {
  const { line, print, poll, sent } = rig();
  print("abcdef");
  line.flush();
  poll(0);
  expect(sent()).toEqual(["0:"]);
  print("gh");
  poll(2);
  // what was printed since, and what should have arrived by now
  expect(sent()).toEqual(["6:gh", "2:cdef"]);
  poll(8);
  expect(sent()).toEqual(["8:"]);
});

test("console line: what was typed is taken once, as far as there is room, and said to be taken", () => {
  const { poll, packets, typed } = rig(4);
  poll(0, "hello");
  expect(typed).toHaveLength(4);
  expect(packets.at(-1)?.received).toBe(4);
  poll(0, "hello");
  expect(packets.at(-1)?.received).toBe(4);
  poll(0, "o", 7);
  expect(typed).toHaveLength(4);
});

test("console line: packets of others are not taken, nor is news from the future", () => {
  const { line, print, poll, sent } = rig();
  expect(line.receive(new Uint8Array(2))).toBe(false);
  const bytes = new Uint8Array(0);
  expect(line.receive(encodeConsolePacket({ client: 6, offset: 0, received: 0, bytes }))).toBe(
    false,
  );
  print("ab");
  line.flush();
  poll(77);
  poll(0);
  expect(sent()).toEqual(["0:ab"]);
});

test("console line: the ring wraps, and what nobody has taken is overwritten", () => {
  const { line, poll, packets } = rig();
  const total = CONSOLE_RING_BYTES + 100;
  for (let index = 0; index < total; index += 1) line.print(index & 0xff);
  line.flush();
  expect(packets[0]?.offset).toBe(100);
  const received = packets.reduce((sum, { bytes }) => sum + bytes.length, 0);
  expect(received).toBe(CONSOLE_RING_BYTES);
  for (const { offset, bytes } of packets) expect(bytes[0]).toBe(offset & 0xff);
  poll(total);
  line.print(1);
  line.flush();
  expect(packets.at(-1)?.offset).toBe(total);
});

test("console line: a copy of memory and state goes on where the original is", () => {
  const first = rig();
  first.print("abc");
  first.line.flush();
  first.poll(1, "xy");
  const writer = new ByteWriter();
  first.line.save(writer);
  const second = rig();
  second.memory.hostWrite(16, first.memory.page(16));
  second.line.parse(new ByteReader(writer.finish()))();
  second.poll(1);
  expect(second.sent()).toEqual(["1:bc"]);
  expect(second.packets[0]?.received).toBe(2);
});

test("console line: state that contradicts itself is refused and changes nothing", () => {
  const { line, print, sent } = rig();
  print("ab");
  const bad = [
    [1, 2, 0, 0, 0],
    [2, 1, 2, 0, 0],
    [2, 1, 0, 2, 0],
    [CONSOLE_RING_BYTES + 1, 1, 0, 0, 0],
  ];
  for (const numbers of bad) {
    const writer = new ByteWriter();
    for (const number of numbers) writer.u32(number);
    expect(() => line.parse(new ByteReader(writer.finish()))).toThrow("expected a console line");
  }
  line.flush();
  expect(sent()).toEqual(["0:ab"]);
});
