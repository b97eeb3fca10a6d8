import { expect, test } from "vitest";
import {
  CONSOLE_BYTES_MAX,
  decodeConsolePacket,
  encodeConsolePacket,
} from "../../src/guest/console-packet.ts";
import { encodePacket } from "../../src/guest/packet.ts";

test("console packet: what is written is read again", () => {
  const bytes = Uint8Array.from({ length: CONSOLE_BYTES_MAX }, (_none, index) => index & 0xff);
  for (const packet of [
    { client: 9, offset: 0, received: 0, bytes: new Uint8Array(0) },
    { client: 0xffff_ffff, offset: 0xffff_fffe, received: 0xffff_ffff, bytes },
  ]) {
    expect(decodeConsolePacket(encodeConsolePacket(packet))).toEqual(packet);
  }
});

test("console packet: too many bytes are refused, and what is no packet is none", () => {
  const bytes = new Uint8Array(CONSOLE_BYTES_MAX + 1);
  expect(() => encodeConsolePacket({ client: 1, offset: 0, received: 0, bytes })).toThrow("1464");
  expect(decodeConsolePacket(new Uint8Array(3))).toBeUndefined();
  const short = encodePacket({ client: 1, number: 2, payload: new Uint8Array(3) });
  expect(decodeConsolePacket(short)).toBeUndefined();
});
