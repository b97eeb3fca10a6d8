import { closeSync, openSync, readSync } from "node:fs";
import { resolve } from "node:path";
import { UsageError } from "./usage-error.ts";

/** Bytes that are read at a time. */
const CHUNK_BYTES = 1 << 16;

/**
 * Reads a text that the user names, to its end.
 *
 * @param given A path, absolute or from `cwd`.
 * @throws UsageError when it cannot be read or is longer than `bytesMax`.
 */
export function readInput(given: string, cwd: string, bytesMax: number): string {
  return Buffer.from(readInputBytes(given, cwd, bytesMax)).toString("utf8");
}

/**
 * Reads a file that the user names, to its end.
 *
 * @param given A path, absolute or from `cwd`.
 * @throws UsageError when it cannot be read or is longer than `bytesMax`.
 */
export function readInputBytes(given: string, cwd: string, bytesMax: number): Uint8Array {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let descriptor: number | undefined;
  try {
    descriptor = openSync(resolve(cwd, given), "r");
    for (;;) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const count = readSync(descriptor, chunk);
      if (count === 0) break;
      bytes += count;
      // A device or a pipe need not have an end.
      if (bytes > bytesMax) break;
      chunks.push(chunk.subarray(0, count));
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new UsageError(`FILE: expected a file that can be read, got "${given}" (${code})`);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
  if (bytes <= bytesMax) return new Uint8Array(Buffer.concat(chunks));
  throw new UsageError(`FILE: expected at most ${bytesMax} bytes, got more in "${given}"`);
}
