import { describe, expect, test } from "vitest";
import {
  FRAME_BYTES_MAX,
  FRAME_BYTES_MIN,
  NetDevice,
} from "../../../../../src/guest/riscv/devices/virtio/net-device.ts";
import { ByteReader } from "../../../../../src/sim/byte-reader.ts";
import { BUFFERS, NetMachine } from "./machine.ts";

function frameOf(length: number, seed = 1): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 7 + seed) & 0xff);
}

describe("sending", () => {
  test("net device: a frame is sent without its header, copied, and its buffer comes back", () => {
    const machine = new NetMachine();
    const { transmit } = machine.start();
    machine.memory.write(BUFFERS + 12, frameOf(60));
    const head = transmit.offer([{ address: BUFFERS, length: 72 }]);
    machine.driver.notify(1);
    machine.memory.write(BUFFERS + 12, new Uint8Array(60));
    expect(machine.frames).toEqual([frameOf(60)]);
    expect(transmit.takeUsed()).toEqual([{ head, length: 0 }]);
  });

  test("net device: header and frame may be cut anywhere", () => {
    for (const cut of [1, 11, 12, 13, 50]) {
      const machine = new NetMachine();
      const { transmit } = machine.start();
      machine.memory.write(BUFFERS + 12, frameOf(60));
      transmit.offer([
        { address: BUFFERS, length: cut },
        { address: BUFFERS + cut, length: 72 - cut },
      ]);
      machine.driver.notify(1);
      expect(machine.frames).toEqual([frameOf(60)]);
    }
  });

  test("net device: all frames that wait are sent in order, with one interrupt", () => {
    const machine = new NetMachine();
    const { transmit } = machine.start();
    for (let number = 0; number < 8; number += 1) {
      machine.memory.write(BUFFERS + number * 100 + 12, frameOf(60, number));
      transmit.offer([{ address: BUFFERS + number * 100, length: 72 }]);
    }
    machine.driver.notify(1);
    expect(machine.frames.map((frame) => frame[0])).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(machine.interrupts).toBe(1);
    expect(transmit.takeUsed().map(({ head }) => head)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test.each([
    [FRAME_BYTES_MIN - 1, 0],
    [FRAME_BYTES_MIN, 1],
    [FRAME_BYTES_MAX, 1],
    [FRAME_BYTES_MAX + 1, 0],
    [60_000, 0],
    [0, 0],
  ])("net device: of frames of %d bytes that the guest sends %d leave", (length, sent) => {
    const machine = new NetMachine();
    const { transmit } = machine.start();
    transmit.offer([{ address: BUFFERS, length: 12 + length }]);
    machine.driver.notify(1);
    expect(machine.frames.map((frame) => frame.length)).toEqual(sent === 1 ? [length] : []);
    expect(transmit.takeUsed()).toHaveLength(1);
    expect(machine.mmio.failure).toBeUndefined();
  });

  test.each([
    ["shorter than its header", [{ address: BUFFERS, length: 11 }]],
    ["that is to be written", [{ address: BUFFERS, length: 72, write: true }]],
    [
      "half to be written",
      [
        { address: BUFFERS, length: 72 },
        { address: BUFFERS, length: 1, write: true },
      ],
    ],
  ])("net device: a buffer to send %s is a failure, and frames before it are sent", (_, pieces) => {
    const machine = new NetMachine();
    const { transmit } = machine.start();
    transmit.offer([{ address: BUFFERS, length: 72 }]);
    transmit.offer(pieces);
    transmit.offer([{ address: BUFFERS, length: 72 }]);
    machine.driver.notify(1);
    expect(machine.frames).toHaveLength(1);
    expect(transmit.takeUsed()).toHaveLength(1);
    expect(machine.driver.status & 64).toBe(64);
    expect(machine.driver.read(0x060)).toBe(3);
  });
});

describe("receiving", () => {
  test("net device: a frame is written behind a header that counts one buffer", () => {
    const machine = new NetMachine();
    const { receive } = machine.start();
    machine.memory.write(BUFFERS, new Uint8Array(1_530).fill(0xee));
    const head = receive.offer([{ address: BUFFERS, length: 1_530, write: true }]);
    machine.driver.notify(0);
    expect(machine.device.wantsFrame).toBe(true);
    expect(machine.device.receive(frameOf(60))).toBe(true);
    expect(receive.takeUsed()).toEqual([{ head, length: 72 }]);
    expect([...machine.memory.read(BUFFERS, 12)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
    expect(machine.memory.read(BUFFERS + 12, 60)).toEqual(frameOf(60));
    expect(machine.memory.load8(BUFFERS + 72)).toBe(0xee);
    expect([machine.line, machine.device.wantsFrame]).toEqual([true, false]);
  });

  test("net device: a buffer may be cut anywhere", () => {
    for (const cut of [1, 11, 12, 13, 50]) {
      const machine = new NetMachine();
      const { receive } = machine.start();
      receive.offer([
        { address: BUFFERS, length: cut, write: true },
        { address: BUFFERS + 4_096, length: 1_600, write: true },
      ]);
      expect(machine.device.receive(frameOf(60))).toBe(true);
      const bytes = [
        ...machine.memory.read(BUFFERS, cut),
        ...machine.memory.read(BUFFERS + 4_096, 72 - cut),
      ];
      expect(bytes.slice(12)).toEqual([...frameOf(60)]);
    }
  });

  test("net device: without driver or buffer a frame is refused, and can be offered again", () => {
    const machine = new NetMachine();
    expect([machine.device.wantsFrame, machine.device.receive(frameOf(60))]).toEqual([
      false,
      false,
    ]);
    const { receive } = machine.start();
    expect([machine.device.wantsFrame, machine.device.receive(frameOf(60))]).toEqual([
      false,
      false,
    ]);
    receive.offer([{ address: BUFFERS, length: 1_530, write: true }]);
    expect([machine.device.wantsFrame, machine.device.receive(frameOf(60))]).toEqual([true, true]);
  });

  test("net device: a frame that is too long for the buffer is dropped and leaves the buffer", () => {
    const machine = new NetMachine();
    const { receive } = machine.start();
    receive.offer([{ address: BUFFERS, length: 72, write: true }]);
    expect(machine.device.receive(frameOf(61))).toBe(true);
    expect(receive.takeUsed()).toEqual([]);
    expect(machine.device.receive(frameOf(60))).toBe(true);
    expect(receive.takeUsed()).toHaveLength(1);
  });

  test.each([0, FRAME_BYTES_MIN - 1, FRAME_BYTES_MAX + 1])(
    "net device: what arrives with %d bytes is no frame and is dropped",
    (length) => {
      const machine = new NetMachine();
      expect(machine.device.receive(frameOf(length))).toBe(true);
      const { receive } = machine.start();
      receive.offer([{ address: BUFFERS, length: 4_096, write: true }]);
      expect(machine.device.receive(frameOf(length))).toBe(true);
      expect([receive.takeUsed(), machine.line]).toEqual([[], false]);
    },
  );

  test.each([
    ["shorter than the header", [{ address: BUFFERS, length: 11, write: true }]],
    ["to be read", [{ address: BUFFERS, length: 1_530 }]],
    [
      "half to be read",
      [
        { address: BUFFERS, length: 1 },
        { address: BUFFERS, length: 1_530, write: true },
      ],
    ],
  ])("net device: a buffer to receive into that is %s is a failure", (_, pieces) => {
    const machine = new NetMachine();
    const { receive } = machine.start();
    receive.offer(pieces);
    expect(machine.device.receive(frameOf(60))).toBe(false);
    expect(machine.driver.status & 64).toBe(64);
  });
});

test("net device: a card that is wired to itself receives what it sends", () => {
  const machine = new NetMachine();
  const { transmit, receive } = machine.start();
  machine.frames.push = (frame) => {
    // whoever gets the frame finds its buffer given back, and could copy the machine now
    expect(transmit.takeUsed()).toHaveLength(1);
    return machine.device.receive(frame) ? 1 : 0;
  };
  receive.offer([{ address: BUFFERS + 4_096, length: 1_530, write: true }]);
  machine.memory.write(BUFFERS + 12, frameOf(60));
  transmit.offer([{ address: BUFFERS, length: 72 }]);
  machine.driver.notify(1);
  expect(machine.memory.read(BUFFERS + 4_096 + 12, 60)).toEqual(frameOf(60));
  expect(receive.takeUsed()).toHaveLength(1);
});

test.each([[[2, 0, 0, 0, 0]], [[1, 0, 0, 0, 0, 1]], [[2, 0, 0, 0, 0, 0, 1]]])(
  "net device: the address %j is refused",
  (mac) => {
    expect(() => new NetDevice({ mac: Uint8Array.from(mac), onFrame: () => undefined })).toThrow(
      expect.objectContaining({ code: "MAC_ADDRESS" }),
    );
  },
);

test("net device: a state with a buffer that the card kept is refused", () => {
  const machine = new NetMachine();
  machine.start();
  const saved = machine.save();
  // buffers taken from the first queue: behind status, interrupts, selection and most of the queue
  const at = 17 + 5 + 28;
  expect([saved[at], saved[at + 2]]).toEqual([0, 0]);
  saved[at] = 1;
  expect(() => machine.mmio.parse(new ByteReader(saved))).toThrow(
    "no buffer kept by a network card",
  );
});
