import { assert } from "../../sim/assert.ts";
import type { WasmExportOutline } from "./module-outline.ts";

/** In front of every name that the rewriting adds. */
const ADDED_PREFIX = "standin:";

/** Names by which the state of a module is exported, collected while entries are added. */
export class ExportList {
  /** The module's own, and those added. */
  readonly entries: WasmExportOutline[];
  readonly #names: Set<string>;

  /** @param entries What the module exports itself. */
  constructor(entries: readonly WasmExportOutline[]) {
    this.entries = [...entries];
    this.#names = new Set(entries.map(({ name }) => text(name)));
  }

  /** The name of something that is exported already, if it is one that JavaScript can spell. */
  find(kind: number, index: number): string | undefined {
    return this.entries
      .filter((entry) => entry.kind === kind && entry.index === index)
      .map(({ name }) => name)
      .filter((name) => name.every((byte) => byte < 0x80))
      .map(text)[0];
  }

  /** Exports something under a name of its own. */
  add(kind: number, index: number, name: string): string {
    let free = `${ADDED_PREFIX}${name}`;
    while (this.#names.has(free)) free += "'";
    this.#names.add(free);
    this.entries.push({ name: ascii(free), kind, index });
    return free;
  }
}

function text(name: Uint8Array): string {
  let decoded = "";
  for (const byte of name) decoded += String.fromCharCode(byte);
  return decoded;
}

function ascii(name: string): Uint8Array {
  const bytes = new Uint8Array(name.length);
  for (let index = 0; index < name.length; index += 1) {
    assert(name.charCodeAt(index) < 0x80, "added names are ASCII");
    bytes[index] = name.charCodeAt(index);
  }
  return bytes;
}
