import type { Memory } from "../memory/memory.ts";
import { PAGE_SIZE } from "../memory/page.ts";
import { type ArrayField, array, u16, u32 } from "./record-field.ts";
import { type RecordLayout, type RecordView, recordLayout } from "./record-layout.ts";

/** Clients that a guest can know at a time. */
export const CLIENTS_MAX = 64;

/** Largest request number of a client; the first is 1. */
export const REQUEST_NUMBER_MAX = 65_535;

/** A journal has one byte for each request number, 0 included. */
const JOURNAL_PAGES = (REQUEST_NUMBER_MAX + 1) / PAGE_SIZE;

const journalPages: ArrayField = array(u16, JOURNAL_PAGES);

type ClientEntryFields = {
  readonly client: typeof u32;
  readonly replyPage: typeof u16;
  readonly journal: typeof journalPages;
};

/** What a guest remembers of a client: where to look. Page 0 means: not there. */
export const ClientEntry: RecordLayout<ClientEntryFields> = recordLayout({
  client: u32,
  /** First page of the client's last replies; 0 in an entry that nobody uses. */
  replyPage: u16,
  /** Pages of the journal: times executed, one byte for each number. */
  journal: journalPages,
});

/** A {@link ClientEntry} in memory. */
export type ClientEntryView = RecordView<ClientEntryFields>;

/** Bytes of the directory, which lies on one page. */
export const SESSION_DIRECTORY_BYTES: number = CLIENTS_MAX * ClientEntry.sizeBytes;

/** Finds clients by number: a table in guest memory with open addressing that nobody leaves. */
export class SessionDirectory {
  readonly #address: number;
  readonly #entry: ClientEntryView;

  /** @param address Address of {@link SESSION_DIRECTORY_BYTES} bytes, zero at first. */
  constructor(memory: Memory, address: number) {
    this.#address = address;
    this.#entry = ClientEntry.at(memory, address);
  }

  /**
   * The entry of a client, or a free one with `replyPage` 0; `undefined` when there is neither. A view
   * that the next call moves.
   */
  find(client: number): ClientEntryView | undefined {
    const entry = this.#entry;
    for (let probe = 0; probe < CLIENTS_MAX; probe += 1) {
      const index = (client + probe) % CLIENTS_MAX;
      entry.address = this.#address + index * ClientEntry.sizeBytes;
      if (entry.replyPage === 0 || entry.client === client) return entry;
    }
    return undefined;
  }
}
