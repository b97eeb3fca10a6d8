import { assert } from "../../sim/assert.ts";
import { ByteWriter } from "../../sim/byte-writer.ts";
import { sealed } from "../../sim/sealed-bytes.ts";
import { type CompareMessage, LIST_PAGES_MAX } from "./compare-message.ts";
import { codes, reasons } from "./message-code.ts";

/** A message as bytes, with a check value at its end. */
export function encodeCompareMessage(message: CompareMessage): Uint8Array {
  const writer = new ByteWriter(32).u8(codes[message.type]);
  writeBody(writer, message);
  return sealed(writer);
}

function writeBody(writer: ByteWriter, message: CompareMessage): void {
  switch (message.type) {
    case "input":
      writer.u32(message.order).u16(message.packet.length).bytes(message.packet);
      return;
    case "cut":
      writer.u32(message.epoch).u32(message.inputs);
      return;
    case "stop":
      writer.u32(message.epoch);
      return;
    case "written":
      assert(message.pages.length <= LIST_PAGES_MAX, "a list keeps its bound");
      writer
        .u32(message.epoch)
        .u8(message.isLast ? 1 : 0)
        .u16(message.pages.length);
      for (const page of message.pages) writer.u32(page);
      return;
    case "output":
      writer.u32(message.epoch).u32(message.order);
      writer.u16(message.packet.length).bytes(message.packet);
      return;
    case "same":
      writer.u32(message.epoch).u32(message.order);
      return;
    case "differs":
      writer.u32(message.epoch).u32(message.order).u8(reasons.indexOf(message.reason));
      return;
  }
}
