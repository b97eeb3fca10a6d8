import type { Guest, Memory } from "standin/guests";
import type { TableDump } from "../sqlite/audit.ts";
import type { SqliteImage } from "../sqlite/sqlite.ts";

/** How many of the things that were compared are equal. */
export interface Agreement {
  readonly what: string;
  readonly equal: number;
  readonly of: number;
}

const PAGE_BYTES = 4_096;

/** All tables of two machines, row for row, column for column, in the order of their keys. */
export function compareTables(image: SqliteImage, guest: Guest, reference: Guest): Agreement[] {
  const [ours, theirs] = [image.audit(guest).tables(), image.audit(reference).tables()];
  return union(ours, theirs).map((name) => {
    return compareRows(`${name}, rows`, rowsOf(ours, name), rowsOf(theirs, name));
  });
}

/** The rows of one query in two machines. */
export function compareQuery(
  what: string,
  image: SqliteImage,
  [guest, reference]: readonly [Guest, Guest],
  sql: string,
): Agreement {
  return compareRows(what, image.audit(guest).query(sql), image.audit(reference).query(sql));
}

/** The databases of two machines as files, byte for byte. */
export function compareFiles(image: SqliteImage, guest: Guest, reference: Guest): Agreement {
  const [ours, theirs] = [image.audit(guest).file(), image.audit(reference).file()];
  const equal = ours.filter((byte, index) => byte === theirs[index]).length;
  return { what: "database file, bytes", equal, of: Math.max(ours.length, theirs.length) };
}

/** All memory of two machines, page for page. */
export function compareMemory(guest: Guest, reference: Guest): Agreement {
  const [ours, theirs] = [pagesOf(guest.memory), pagesOf(reference.memory)];
  const pages = [...new Set([...ours, ...theirs])];
  const equal = pages.filter((page) => {
    if (!ours.has(page) || !theirs.has(page)) return false;
    const [one, other] = [guest.memory.page(page), reference.memory.page(page)];
    return isSame(one, other);
  }).length;
  return { what: `memory, pages of ${PAGE_BYTES} bytes`, equal, of: pages.length };
}

/** What a client was told, against what a reference answered. */
export function compareReplies(
  told: readonly { readonly number: number; readonly reply?: Uint8Array }[],
  answered: ReadonlyMap<number, Uint8Array>,
): Agreement {
  const heard = told.filter(({ reply }) => reply !== undefined);
  const equal = heard.filter(({ number, reply }) => {
    const expected = answered.get(number);
    return reply !== undefined && expected !== undefined && isSame(reply, expected);
  }).length;
  return { what: "replies that the client got", equal, of: heard.length };
}

function compareRows(
  what: string,
  ours: readonly (readonly unknown[])[],
  theirs: readonly (readonly unknown[])[],
): Agreement {
  const equal = ours.filter((row, index) => {
    return JSON.stringify(row) === JSON.stringify(theirs[index]);
  }).length;
  return { what, equal, of: Math.max(ours.length, theirs.length) };
}

function rowsOf(tables: readonly TableDump[], name: string): TableDump["rows"] {
  return tables.find((table) => table.name === name)?.rows ?? [];
}

function union(ours: readonly TableDump[], theirs: readonly TableDump[]): string[] {
  return [...new Set([...ours, ...theirs].map(({ name }) => name))];
}

function pagesOf(memory: Memory): Set<number> {
  const pages = new Set<number>();
  for (const { basePage, pageCount } of memory.regions) {
    for (let page = basePage; page < basePage + pageCount; page += 1) pages.add(page);
  }
  return pages;
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
