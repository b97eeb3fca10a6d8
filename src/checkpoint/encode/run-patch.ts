import { PAGE_SIZE } from "../../memory/page.ts";
import { copyRun } from "./run-copy.ts";

/** Whether bytes are the payload of a run-length difference that stays within its page. */
export function runsAreSound(payload: Uint8Array): boolean {
  if (payload.length === 0 || payload.length > PAGE_SIZE) return false;
  let offset = 0;
  for (let at = 0; at < payload.length; ) {
    const equal = lengthAt(payload, at);
    // only the first byte of a page may come after no equal ones
    if (equal < 0 || (equal === 0 && at > 0)) return false;
    at += lengthBytesAt(payload, at);
    const unequal = lengthAt(payload, at);
    if (unequal <= 0) return false;
    at += lengthBytesAt(payload, at) + unequal;
    offset += equal + unequal;
    if (at > payload.length || offset > PAGE_SIZE) return false;
  }
  return true;
}

/**
 * Puts the runs of a payload into a page.
 *
 * @param payload Sound, see {@link runsAreSound}.
 * @param page One page, anywhere in its buffer.
 */
export function patchRuns(payload: Uint8Array, page: Uint8Array): void {
  let offset = 0;
  for (let at = 0; at < payload.length; ) {
    offset += lengthAt(payload, at);
    at += lengthBytesAt(payload, at);
    const length = lengthAt(payload, at);
    at += lengthBytesAt(payload, at);
    copyRun(payload, at, page, offset, length);
    at += length;
    offset += length;
  }
}

/**
 * A length of one or two bytes; −1 when the bytes end before it does. One of three bytes shows as more
 * than a page.
 */
function lengthAt(payload: Uint8Array, at: number): number {
  if (at >= payload.length) return -1;
  const low = payload[at]!;
  if (low < 0x80) return low;
  if (at + 1 >= payload.length) return -1;
  return (low & 0x7f) | (payload[at + 1]! << 7);
}

function lengthBytesAt(payload: Uint8Array, at: number): number {
  return payload[at]! < 0x80 ? 1 : 2;
}
