import type { Memory } from "../../memory/memory.ts";
import { StandinRangeError } from "../../sim/errors.ts";

/** Clients that the key-value server on the RISC-V machine can know: as in its `sessions.h`. */
export const KEY_VALUE_CLIENTS_MAX = 32;

/** Largest request number of a client of that server; the first is 1. */
export const KEY_VALUE_NUMBER_MAX = 16_383;

/** Bytes of a client's journal: one for each number, 0 included. */
const JOURNAL_BYTES: number = KEY_VALUE_NUMBER_MAX + 1;

/** A client of the table: whether it is used, who it is. */
const CLIENT_BYTES = 8;

/**
 * How often each request of a client was executed, from the tables in the memory of the key-value
 * server. Reads as a device does, so that the guest's translation bits keep their values.
 *
 * @param symbols Of the server's image: where its tables lie.
 * @returns Request number to times executed (255: or more), ascending; without the numbers never
 *   executed.
 * @throws StandinRangeError `KEY_VALUE_SYMBOL` for symbols that are not those of the server,
 *   `ADDRESS_OUT_OF_RANGE` for a memory without its tables.
 */
export function executions(
  memory: Memory,
  symbols: ReadonlyMap<string, number>,
  client: number,
): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  const clientsAddress = addressOf(symbols, "session_clients");
  const journalAddress = addressOf(symbols, "session_journal");
  const bytes = memory.dmaRead(clientsAddress, KEY_VALUE_CLIENTS_MAX * CLIENT_BYTES);
  const clients = new DataView(bytes.buffer);
  for (let probe = 0; probe < KEY_VALUE_CLIENTS_MAX; probe += 1) {
    const index = (client + probe) % KEY_VALUE_CLIENTS_MAX;
    // Nobody leaves the table: behind an unused entry no search goes on.
    if (clients.getUint32(index * CLIENT_BYTES, true) === 0) return found;
    if (clients.getUint32(index * CLIENT_BYTES + 4, true) !== client) continue;
    const journal = memory.dmaRead(journalAddress + index * JOURNAL_BYTES, JOURNAL_BYTES);
    for (const [number, times] of journal.entries()) {
      if (times > 0) found.set(number, times);
    }
    return found;
  }
  return found;
}

function addressOf(symbols: ReadonlyMap<string, number>, name: string): number {
  const address = symbols.get(name);
  if (address !== undefined) return address;
  throw new StandinRangeError(
    "KEY_VALUE_SYMBOL",
    `expected the symbol ${name} of the key-value server, got ${symbols.size} symbols without it`,
  );
}
