import { PAGE_SIZE } from "../../memory/page.ts";
import { assert } from "../../sim/assert.ts";
import type { ByteReader } from "../../sim/byte-reader.ts";
import { ByteWriter } from "../../sim/byte-writer.ts";
import { sealed, unsealed } from "../../sim/sealed-bytes.ts";

/** Most pages of one message. */
export const GROUP_PAGES_MAX = 64;

/** Most regions of a machine. */
const REGIONS_MAX = 16;

/** Most bytes of registers. */
const REGISTERS_BYTES_MAX = 1 << 20;

/** A page of the copy. */
export interface CopiedPage {
  readonly page: number;
  readonly bytes: Uint8Array;
}

/** What the source's host tells a target. */
export type SourceMessage =
  /** Asks whether the target can take a machine of this image. */
  | { readonly type: "offer"; readonly image: string; readonly regionPages: readonly number[] }
  /** How large the machine's regions were at the moment of the copy. */
  | { readonly type: "begin"; readonly regionPages: readonly number[] }
  /** Pages, in groups numbered from 1. */
  | { readonly type: "pages"; readonly group: number; readonly pages: readonly CopiedPage[] }
  /** All that there is was sent: so many groups, so many pages; and the registers. */
  | {
      readonly type: "commit";
      readonly groups: number;
      readonly pages: number;
      readonly registers: Uint8Array;
    };

/** What a target answers. */
export type TargetMessage =
  | { readonly type: "accepted" }
  | { readonly type: "refused"; readonly reason: string }
  /** The group of this number is in its memory. */
  | { readonly type: "taken"; readonly group: number }
  /** It has the whole copy, and needs the source no more. */
  | { readonly type: "whole" };

const SOURCE_TYPES = ["offer", "begin", "pages", "commit"] as const;
const TARGET_TYPES = ["accepted", "refused", "taken", "whole"] as const;

/** A message of the source as bytes; copied, the caller keeps them. */
export function encodeSourceMessage(message: SourceMessage): Uint8Array {
  const writer = new ByteWriter(64).u8(SOURCE_TYPES.indexOf(message.type));
  switch (message.type) {
    case "offer":
      writer.text(message.image);
      writeRegions(writer, message.regionPages);
      break;
    case "begin":
      writeRegions(writer, message.regionPages);
      break;
    case "pages":
      assert(message.pages.length <= GROUP_PAGES_MAX, "a group has a bounded number of pages");
      writer.u32(message.group).u16(message.pages.length);
      for (const { page, bytes } of message.pages) writer.u32(page).bytes(bytes);
      break;
    case "commit":
      writer.u32(message.groups).u32(message.pages);
      writer.u32(message.registers.length).bytes(message.registers);
      break;
  }
  return sealed(writer);
}

/**
 * Reads a message of the source; `undefined` for anything else.
 *
 * @param bytes Pages and registers are views of them: the caller gives them away.
 */
export function decodeSourceMessage(bytes: Uint8Array): SourceMessage | undefined {
  const reader = unsealed(bytes);
  if (reader === undefined) return undefined;
  const type = SOURCE_TYPES[reader.u8()];
  const message = type === undefined ? undefined : readSource(type, reader);
  return reader.complete ? message : undefined;
}

function readSource(type: SourceMessage["type"], reader: ByteReader): SourceMessage | undefined {
  switch (type) {
    case "offer":
      return { type, image: reader.text(), regionPages: readRegions(reader) };
    case "begin":
      return { type, regionPages: readRegions(reader) };
    case "pages": {
      const [group, count] = [reader.u32(), reader.u16()];
      if (count > GROUP_PAGES_MAX) return undefined;
      const pages = Array.from({ length: count }, () => {
        return { page: reader.u32(), bytes: reader.bytes(PAGE_SIZE) };
      });
      return { type, group, pages };
    }
    case "commit": {
      const [groups, pages, length] = [reader.u32(), reader.u32(), reader.u32()];
      if (length > REGISTERS_BYTES_MAX) return undefined;
      return { type, groups, pages, registers: reader.bytes(length) };
    }
  }
}

/** A message of a target as bytes. */
export function encodeTargetMessage(message: TargetMessage): Uint8Array {
  const writer = new ByteWriter().u8(TARGET_TYPES.indexOf(message.type));
  if (message.type === "refused") writer.text(message.reason);
  if (message.type === "taken") writer.u32(message.group);
  return sealed(writer);
}

/** Reads a message of a target; `undefined` for anything else. */
export function decodeTargetMessage(bytes: Uint8Array): TargetMessage | undefined {
  const reader = unsealed(bytes);
  if (reader === undefined) return undefined;
  const type = TARGET_TYPES[reader.u8()];
  const message = type === undefined ? undefined : readTarget(type, reader);
  return reader.complete ? message : undefined;
}

function readTarget(type: TargetMessage["type"], reader: ByteReader): TargetMessage {
  if (type === "refused") return { type, reason: reader.text() };
  if (type === "taken") return { type, group: reader.u32() };
  return { type };
}

function writeRegions(writer: ByteWriter, pageCounts: readonly number[]): void {
  assert(pageCounts.length <= REGIONS_MAX, "the regions of a machine are bounded");
  writer.u8(pageCounts.length);
  for (const pages of pageCounts) writer.u32(pages);
}

function readRegions(reader: ByteReader): number[] {
  const count = reader.u8();
  return Array.from({ length: Math.min(count, REGIONS_MAX) }, () => reader.u32());
}
