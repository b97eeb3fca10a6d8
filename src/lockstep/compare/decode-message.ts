import { PACKET_BYTES_MAX } from "../../guest/packet.ts";
import type { ByteReader } from "../../sim/byte-reader.ts";
import { unsealed } from "../../sim/sealed-bytes.ts";
import { type CompareMessage, LIST_PAGES_MAX } from "./compare-message.ts";
import { codes, reasons } from "./message-code.ts";

/**
 * Reads a message that came from a stream, so may be anything.
 *
 * @param bytes Taken over: the message is made of views of them.
 * @returns `undefined` for anything that is not exactly one message with a right check value.
 */
export function decodeCompareMessage(bytes: Uint8Array): CompareMessage | undefined {
  const reader = unsealed(bytes);
  if (reader === undefined) return undefined;
  const message = readBody(reader);
  return reader.complete ? message : undefined;
}

function readBody(reader: ByteReader): CompareMessage | undefined {
  switch (reader.u8()) {
    case codes.input: {
      const order = reader.u32();
      const packet = readPacket(reader);
      return packet && { type: "input", order, packet };
    }
    case codes.cut:
      return { type: "cut", epoch: reader.u32(), inputs: reader.u32() };
    case codes.stop:
      return { type: "stop", epoch: reader.u32() };
    case codes.written:
      return readWritten(reader);
    case codes.output: {
      const [epoch, order] = [reader.u32(), reader.u32()];
      const packet = readPacket(reader);
      return packet && { type: "output", epoch, order, packet };
    }
    case codes.same:
      return { type: "same", epoch: reader.u32(), order: reader.u32() };
    case codes.differs: {
      const [epoch, order, reason] = [reader.u32(), reader.u32(), reasons[reader.u8()]];
      return reason && { type: "differs", epoch, order, reason };
    }
    default:
      return undefined;
  }
}

function readPacket(reader: ByteReader): Uint8Array | undefined {
  const length = reader.u16();
  return length > PACKET_BYTES_MAX ? undefined : reader.bytes(length);
}

function readWritten(reader: ByteReader): CompareMessage | undefined {
  const [epoch, isLast, count] = [reader.u32(), reader.u8(), reader.u16()];
  if (isLast > 1 || count > LIST_PAGES_MAX || count * 4 !== reader.remaining) return undefined;
  const pages = Array.from({ length: count }, () => reader.u32());
  return { type: "written", epoch, isLast: isLast === 1, pages };
}
