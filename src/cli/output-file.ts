import { closeSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { resolve } from "node:path";
import { UsageError } from "./usage-error.ts";

/** Characters that are collected before they are written. */
const CHUNK_LENGTH = 1 << 16;

/**
 * A file that appears whole or not at all: it is written under a temporary name beside its place and
 * then renamed.
 */
export class OutputFile {
  readonly #option: string;
  readonly #given: string;
  readonly #path: string;
  readonly #temporary: string;
  #descriptor: number | undefined;
  #chunk = "";

  /**
   * @param option Option by which it was asked for, for messages.
   * @param given A path, absolute or from `cwd`. Nothing is touched yet.
   */
  constructor(option: string, given: string, cwd: string) {
    this.#option = option;
    this.#given = given;
    this.#path = resolve(cwd, given);
    this.#temporary = `${this.#path}.${process.pid}.tmp`;
  }

  /**
   * Opens the temporary file; what was written before goes into it.
   *
   * @throws UsageError when nothing can be written there.
   */
  open(): void {
    if (statSync(this.#path, { throwIfNoEntry: false })?.isDirectory() === true) {
      throw new UsageError(
        `${this.#option}: expected a file to write to, got the folder "${this.#given}"`,
      );
    }
    try {
      this.#descriptor = openSync(this.#temporary, "wx");
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? String(error);
      throw new UsageError(
        `${this.#option}: expected a place where a file can be made, got "${this.#given}" (${code})`,
      );
    }
  }

  /** Adds text. */
  write(text: string): void {
    this.#chunk += text;
    if (this.#chunk.length >= CHUNK_LENGTH) this.#flush();
  }

  /** Puts the file in its place, over one that may be there. */
  commit(): void {
    this.#flush();
    if (this.#descriptor === undefined) return;
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
    renameSync(this.#temporary, this.#path);
  }

  /** Leaves nothing behind, unless it was committed. */
  discard(): void {
    if (this.#descriptor === undefined) return;
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
    rmSync(this.#temporary, { force: true });
  }

  #flush(): void {
    if (this.#descriptor === undefined) return;
    const bytes = Buffer.from(this.#chunk, "utf8");
    this.#chunk = "";
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#descriptor, bytes, at);
  }
}
