import { decodePacket } from "../../../src/guest/packet.ts";
import { DISK_BASE } from "../../../src/guest/riscv/machine-options.ts";
import type { Memory } from "../../../src/memory/memory.ts";

/** Bytes in front of the requests of a record, and of a sector. */
export const RECORD_HEADER_BYTES = 16;
export const SECTOR_BYTES = 512;

const MAGIC = 0x4c4e524a;

/** One record of the journal on a disk, with the client and number of each of its requests. */
export interface JournalRecord {
  readonly sector: number;
  readonly sequence: number;
  readonly requests: readonly string[];
}

/** The whole records on the disk of a machine, by sequence number. A record that is damaged throws. */
export function journalOn(memory: Memory): JournalRecord[] {
  const region = memory.regions.find(({ name }) => name === "disk")!;
  const disk = memory.dmaRead(DISK_BASE, region.pageCount * 4096);
  const view = new DataView(disk.buffer);
  const records: JournalRecord[] = [];
  for (let at = 0; at < disk.length; at += SECTOR_BYTES) {
    if (view.getUint32(at, true) !== MAGIC) continue;
    const sequence = view.getUint32(at + 4, true);
    const bytes = view.getUint32(at + 8, true);
    const start = at + RECORD_HEADER_BYTES;
    const check = [sequence, bytes];
    for (let word = 0; word < bytes; word += 4) check.push(view.getUint32(start + word, true));
    // the rest of a longer record that a shorter one was written over has no header: it is not met
    if (view.getUint32(at + 12, true) !== fnv1a(check)) throw new Error(`damaged: ${sequence}`);
    const requests: string[] = [];
    for (let request = start; request < start + bytes; ) {
      const length = view.getUint32(request, true);
      const packet = decodePacket(disk.subarray(request + 4, request + 4 + length))!;
      requests.push(`${packet.client}.${packet.number}`);
      request += 4 + wholeWords(length);
    }
    records.push({ sector: at / SECTOR_BYTES, sequence, requests });
  }
  return records.toSorted((a, b) => a.sequence - b.sequence);
}

/** Bytes that packets take in a record, in sectors of the record. */
export function sectorsOf(packetBytes: readonly number[]): number {
  const bytes = packetBytes.reduce((sum, length) => sum + 4 + wholeWords(length), 0);
  return Math.ceil((RECORD_HEADER_BYTES + bytes) / SECTOR_BYTES);
}

function wholeWords(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}

function fnv1a(words: readonly number[]): number {
  return words.reduce((hash, word) => Math.imul(hash ^ word, 16_777_619), 2_166_136_261) >>> 0;
}
