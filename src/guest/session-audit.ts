import type { Memory } from "../memory/memory.ts";
import { PAGE_SHIFT, PAGE_SIZE } from "../memory/page.ts";
import { CLIENTS_MAX, ClientEntry } from "./session-directory.ts";

/**
 * How often each request of a client was executed, from the journal in a guest's memory. Reads pages
 * as they are, not through the processor, so that the guest's translation bits keep their values.
 *
 * @param directoryAddress Address of the guest's session directory.
 * @returns Request number to times executed, ascending; without the numbers never executed.
 */
export function readJournal(
  memory: Memory,
  directoryAddress: number,
  client: number,
): Map<number, number> {
  const executions = new Map<number, number>();
  const { offsets } = ClientEntry;
  const page = memory.page(directoryAddress >>> PAGE_SHIFT);
  const directory = new DataView(page.buffer, page.byteOffset, page.byteLength);
  for (let probe = 0; probe < CLIENTS_MAX; probe += 1) {
    const index = (client + probe) % CLIENTS_MAX;
    const entry = (directoryAddress % PAGE_SIZE) + index * ClientEntry.sizeBytes;
    if (directory.getUint16(entry + offsets.replyPage, true) === 0) return executions;
    if (directory.getUint32(entry + offsets.client, true) !== client) continue;
    for (let at = offsets.journal, base = 0; base <= 0xffff; at += 2, base += PAGE_SIZE) {
      const journalPage = directory.getUint16(entry + at, true);
      // A damaged directory may point anywhere; what cannot be read was not executed.
      if (journalPage === 0 || !isPage(memory, journalPage)) continue;
      for (const [offset, times] of memory.page(journalPage).entries()) {
        if (times > 0) executions.set(base + offset, times);
      }
    }
    return executions;
  }
  return executions;
}

function isPage(memory: Memory, page: number): boolean {
  return memory.regions.some(
    ({ basePage, pageCount }) => page >= basePage && page < basePage + pageCount,
  );
}
