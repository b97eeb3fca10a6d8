import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { WasmBinary } from "standin/guests";

/** The version of the npm package whose short names are listed below. */
export const SQL_JS_VERSION = "1.16.0";

const SQL_JS_SHA256 = "43bbcdd44287e5a2db3b6b5af34b1a3485a7a441285d247976c1ebe3c61f8dbf";

/**
 * The module of all imports and the short names that Emscripten gave them in this build, with what they
 * stand for (read from the package's own sql-wasm.js).
 */
export const IMPORT_MODULE = "a";
export const IMPORT_NAMES: Readonly<Record<string, string>> = {
  a: "__assert_fail",
  b: "fcntl",
  c: "emscripten_get_now",
  d: "emscripten_date_now",
  e: "fd_close",
  f: "warn_legacy_function",
  g: "fstat",
  h: "fchown",
  i: "chmod",
  j: "fchmod",
  k: "setitimer",
  l: "emscripten_resize_heap",
  m: "fd_fdstat_get",
  n: "utimensat",
  o: "unlinkat",
  p: "emscripten_get_heap_max",
  q: "fd_write",
  r: "rmdir",
  s: "readlinkat",
  t: "fd_read",
  u: "proc_exit",
  v: "runtime_keepalive_clear",
  w: "abort",
  x: "openat",
  y: "mmap",
  z: "munmap",
  A: "localtime",
  B: "tzset",
  C: "mkdirat",
  D: "faccessat",
  E: "fd_seek",
  F: "geteuid",
  G: "environ_get",
  H: "environ_sizes_get",
  I: "getcwd",
  J: "ftruncate",
  K: "fd_sync",
  L: "fstatat",
  M: "lstat",
  N: "stat",
};

/** The short names of the exported functions that are used here. */
export const EXPORT_NAMES = {
  construct: "P",
  prepare: "T",
  step: "U",
  reset: "V",
  execute: "W",
  finalize: "X",
  columnText: "Z",
  columnType: "_",
  errorMessage: "$",
  backupInit: "aa",
  backupStep: "ba",
  backupFinish: "ca",
  columnCount: "ra",
  columnDouble: "va",
  bindDouble: "xa",
  bindInt: "ya",
  close: "Ea",
  open: "Ha",
  malloc: "Ia",
  free: "Ja",
} as const;

/**
 * The build asks for 21 MiB at first and uses 6. Its allocator asks for more when it needs it, so a
 * machine can begin smaller, and every comparison of its memory is that much shorter.
 */
const INITIAL_MEMORY_BYTES = 8 << 20;

/**
 * Reads and compiles SQLite as the npm package `sql.js` ships it. Of the package only the WebAssembly
 * binary is used: its JavaScript keeps state of its own (files, an environment, time zones), and what
 * lies outside the linear memory would not arrive at a stand-by machine.
 *
 * @throws Error if the installed binary is not the one that the names here belong to.
 */
export async function readSqlJs(): Promise<WasmBinary> {
  const bytes = await readFile(createRequire(import.meta.url).resolve("sql.js/dist/sql-wasm.wasm"));
  const digest = createHash("sha256").update(bytes).digest("hex");
  if (digest !== SQL_JS_SHA256) {
    throw new Error(
      `expected sql-wasm.wasm of sql.js ${SQL_JS_VERSION}, got one of SHA-256 ${digest}`,
    );
  }
  return WasmBinary.compile(bytes, { initialMemoryBytes: INITIAL_MEMORY_BYTES });
}
