import type { WasmImports, WasmMachine } from "standin/guests";
import { readCString } from "./c-string.ts";

const ENOENT = 44;
const FIRST_DESCRIPTOR = 16;

const SEEK_SET = 0;
const SEEK_CURRENT = 1;

/** Type and permissions of every file. */
const MODE = 0o100644;

/** Bytes of `struct stat`, and where in it the fields lie that are not zero. */
const STATUS_BYTES = 96;
const STATUS_MODE = 4;
const STATUS_LINKS = 8;
const STATUS_SIZE = 24;
const STATUS_INODE = 88;

interface OpenFile {
  readonly path: string;
  position: number;
}

/**
 * As much of a file system as SQLite needs to write a database, for machines that are being audited: a
 * protected machine has no files, since they would lie outside its memory.
 */
export class ScratchFiles {
  readonly #contents = new Map<string, Uint8Array>();
  readonly #open = new Map<number, OpenFile>();

  /** The bytes of a file that SQLite has written; empty without one. */
  contents(path: string): Uint8Array {
    return this.#contents.get(path) ?? new Uint8Array(0);
  }

  /** Host functions by their full names. */
  calls(machine: WasmMachine): WasmImports[string] {
    const path = (address: number): string => readCString(machine, address);
    const done = (): number => 0;
    return {
      openat: (_directory: number, name: number) => this.#openFile(path(name)),
      stat: (name: number, status: number) => this.#describe(machine, path(name), status),
      lstat: (name: number, status: number) => this.#describe(machine, path(name), status),
      fstat: (descriptor: number, status: number) =>
        this.#describe(machine, this.#file(descriptor).path, status),
      faccessat: (_directory: number, name: number) =>
        this.#contents.has(path(name)) ? 0 : -ENOENT,
      unlinkat: (_directory: number, name: number) =>
        this.#contents.delete(path(name)) ? 0 : -ENOENT,
      readlinkat: () => -ENOENT,
      geteuid: done,
      fchmod: done,
      fchown: done,
      fd_sync: done,
      fd_close: (descriptor: number) => (this.#open.delete(descriptor) ? 0 : -ENOENT),
      ftruncate: (descriptor: number, sizeBytes: bigint) => {
        this.#resize(this.#file(descriptor).path, Number(sizeBytes));
        return 0;
      },
      fd_seek: (descriptor: number, offset: bigint, whence: number, result: number) => {
        const position = this.#seek(this.#file(descriptor), Number(offset), whence);
        machine.memory.store64(result, BigInt(position));
        return 0;
      },
      fd_read: (descriptor: number, vectors: number, count: number, result: number) => {
        const file = this.#file(descriptor);
        const start = file.position;
        for (const { address, length } of buffers(machine, vectors, count)) {
          const end = file.position + length;
          const part = this.contents(file.path).subarray(file.position, end);
          machine.memory.write(address, part);
          file.position += part.length;
        }
        machine.memory.store32(result, file.position - start);
        return 0;
      },
      fd_write: (descriptor: number, vectors: number, count: number, result: number) => {
        const file = this.#file(descriptor);
        const start = file.position;
        for (const { address, length } of buffers(machine, vectors, count)) {
          const sizeBytes = Math.max(file.position + length, this.contents(file.path).length);
          const bytes = this.#resize(file.path, sizeBytes);
          bytes.set(machine.memory.read(address, length), file.position);
          file.position += length;
        }
        machine.memory.store32(result, file.position - start);
        return 0;
      },
    };
  }

  #file(descriptor: number): OpenFile {
    const file = this.#open.get(descriptor);
    if (file === undefined) throw new Error(`expected an open file, got descriptor ${descriptor}`);
    return file;
  }

  #openFile(path: string): number {
    let descriptor = FIRST_DESCRIPTOR;
    while (this.#open.has(descriptor)) descriptor += 1;
    this.#contents.set(path, this.contents(path));
    this.#open.set(descriptor, { path, position: 0 });
    return descriptor;
  }

  #describe({ memory }: WasmMachine, path: string, status: number): number {
    const bytes = this.#contents.get(path);
    if (bytes === undefined) return -ENOENT;
    memory.write(status, new Uint8Array(STATUS_BYTES));
    memory.store32(status + STATUS_MODE, MODE);
    memory.store32(status + STATUS_LINKS, 1);
    memory.store32(status + STATUS_SIZE, bytes.length);
    memory.store32(status + STATUS_INODE, 1);
    return 0;
  }

  #resize(path: string, sizeBytes: number): Uint8Array {
    const bytes = this.contents(path);
    if (bytes.length === sizeBytes) return bytes;
    const resized = new Uint8Array(sizeBytes);
    resized.set(bytes.subarray(0, sizeBytes));
    this.#contents.set(path, resized);
    return resized;
  }

  #seek(file: OpenFile, offset: number, whence: number): number {
    const end = this.contents(file.path).length;
    const from = whence === SEEK_SET ? 0 : whence === SEEK_CURRENT ? file.position : end;
    file.position = from + offset;
    return file.position;
  }
}

/** The buffers of a vectored read or write: address and length, four bytes each. */
export function* buffers(
  { memory }: WasmMachine,
  vectors: number,
  count: number,
): Generator<{ readonly address: number; readonly length: number }> {
  for (let vector = vectors; vector < vectors + 8 * count; vector += 8) {
    yield { address: memory.load32(vector), length: memory.load32(vector + 4) };
  }
}
