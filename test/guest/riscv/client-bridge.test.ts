import { expect, test } from "vitest";
import { encodePacket, PACKET_BYTES_MAX } from "../../../src/guest/packet.ts";
import { frameOf, MACHINE_MAC, packetIn } from "../../../src/guest/riscv/client-bridge.ts";

const packet = encodePacket({ client: 0x01020304, number: 9, payload: Uint8Array.of(7, 8) });

test("client bridge: a packet travels in a frame from an address that names its client", () => {
  const frame = frameOf(packet)!;
  expect([...frame.subarray(0, 14)]).toEqual([...MACHINE_MAC, 2, 0, 1, 2, 3, 4, 0x88, 0xb5]);
  expect(packetIn(frame)).toEqual(packet);
});

test("client bridge: what is no packet, or not for a client, does not pass", () => {
  expect(frameOf(new Uint8Array(3))).toBeUndefined();
  expect(frameOf(new Uint8Array(PACKET_BYTES_MAX + 1))).toBeUndefined();
  expect(frameOf(new Uint8Array(PACKET_BYTES_MAX))).toBeDefined();
  const frame = frameOf(packet)!;
  expect(packetIn(frame.subarray(0, 17))).toBeUndefined();
  expect(packetIn(new Uint8Array(2_000))).toBeUndefined();
  frame[13] = 0xdd;
  expect(packetIn(frame)).toBeUndefined();
});
