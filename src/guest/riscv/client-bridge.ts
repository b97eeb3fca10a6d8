import { PACKET_BYTES_MAX } from "../packet.ts";

/** Bytes in front of the packet: destination, source, type. */
const HEADER_BYTES = 14;

/** EtherType for local experiments (IEEE Std 802), the type of frames that carry packets of clients. */
export const PACKET_ETHERTYPE = 0x88b5;

/** The hardware address of a machine's network card, unless a profile gives it one: each is alone on its cable. */
export const MACHINE_MAC: Uint8Array = /* @__PURE__ */ Uint8Array.of(0x02, 0x5d, 0, 0, 0, 1);

/**
 * The Ethernet frame in which a client's packet reaches a machine. The clients' network carries
 * packets and no frames: this bridge stands where its cable ends.
 *
 * @param packet Begins with the client's number, see `encodePacket`; copied.
 * @param mac Hardware address of the machine's card. Default {@link MACHINE_MAC}.
 * @returns The frame, from a hardware address that holds the client's number; `undefined` for what is
 *   too short or too long for a packet.
 */
export function frameOf(packet: Uint8Array, mac: Uint8Array = MACHINE_MAC): Uint8Array | undefined {
  if (packet.length < 4 || packet.length > PACKET_BYTES_MAX) return undefined;
  const frame = new Uint8Array(HEADER_BYTES + packet.length);
  frame.set(mac, 0);
  frame.set([0x02, 0, packet[3]!, packet[2]!, packet[1]!, packet[0]!], 6);
  frame[12] = PACKET_ETHERTYPE >>> 8;
  frame[13] = PACKET_ETHERTYPE & 0xff;
  frame.set(packet, HEADER_BYTES);
  return frame;
}

/**
 * The packet in a frame that a machine sent.
 *
 * @returns A copy; `undefined` for frames of other protocols, to which nobody listens.
 */
export function packetIn(frame: Uint8Array): Uint8Array | undefined {
  if (frame.length < HEADER_BYTES + 4 || frame.length > HEADER_BYTES + PACKET_BYTES_MAX) {
    return undefined;
  }
  const type = (frame[12]! << 8) | frame[13]!;
  return type === PACKET_ETHERTYPE ? frame.slice(HEADER_BYTES) : undefined;
}
