import { GuestPanic, type WasmImports, type WasmMachine } from "standin/guests";
import { readCString } from "./c-string.ts";
import { buffers, type ScratchFiles } from "./scratch-files.ts";
import { IMPORT_MODULE, IMPORT_NAMES } from "./sql-js.ts";

/** The clock of the guest begins here: 2000-01-01, in milliseconds of Unix time. */
const EPOCH_MS = 946_684_800_000;

const ENOENT = 44;
const RANDOM_PATH = "/dev/urandom";
/** The random source's descriptor: a constant, so that no table of open files is needed. */
const RANDOM_DESCRIPTOR = 3;

/**
 * The host functions of a SQLite machine: a clock, a random source and more memory. None keeps
 * anything from call to call. Whatever else SQLite may ask for stops the machine, by name.
 *
 * @param files Files for a machine that is being audited; a protected machine has none.
 */
export function hostCalls(machine: WasmMachine, files?: ScratchFiles): WasmImports {
  const { services } = machine;
  const calls: WasmImports[string] = {
    environ_sizes_get(count: number, size: number) {
      machine.memory.store32(count, 0);
      machine.memory.store32(size, 0);
      return 0;
    },
    environ_get: () => 0,
    emscripten_date_now: () => EPOCH_MS + Math.floor(services.now() / 1e6),
    emscripten_get_now: () => services.now() / 1e6,
    emscripten_resize_heap: (sizeBytes: number) => Number(machine.grow(sizeBytes >>> 0)),
    openat: (_directory: number, path: number) =>
      readCString(machine, path) === RANDOM_PATH ? RANDOM_DESCRIPTOR : -ENOENT,
    fd_read(_random: number, vectors: number, count: number, result: number) {
      machine.memory.store32(result, fillRandom(machine, vectors, count));
      return 0;
    },
    fd_close: () => 0,
    fcntl: () => 0,
    ...files?.calls(machine),
  };
  const refused = (name: string) => () => {
    throw new GuestPanic(`SQLite called ${name}, which its machine does not have`);
  };
  return {
    [IMPORT_MODULE]: Object.fromEntries(
      Object.entries(IMPORT_NAMES).map(([short, name]) => [short, calls[name] ?? refused(name)]),
    ),
  };
}

/** Fills buffers from the host's randomness; returns how many bytes they have together. */
function fillRandom(machine: WasmMachine, vectors: number, count: number): number {
  const { memory, services } = machine;
  let total = 0;
  for (const { address, length } of buffers(machine, vectors, count)) {
    for (let at = 0; at < length; at += 1) memory.store8(address + at, services.random32() & 0xff);
    total += length;
  }
  return total;
}
