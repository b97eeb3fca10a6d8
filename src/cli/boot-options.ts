import { MEMORY_BYTES_DEFAULT } from "../guest/riscv/machine-options.ts";
import { parseArguments } from "./arguments.ts";
import { parseCount } from "./count.ts";
import { parseMemorySize } from "./memory-size.ts";
import { UsageError } from "./usage-error.ts";

/** Instructions after which a machine is stopped unless told otherwise: ten seconds of its time. */
export const INSTRUCTIONS_DEFAULT = 1_000_000_000;

/** Most instructions that may be asked for: four months of the machine's time. */
const INSTRUCTIONS_MAX = 1_000_000_000_000_000;

/** Largest disk. */
const DISK_BYTES_MAX: number = 1 << 30;

/** What `standin boot` was asked for. */
export interface BootOptions {
  /** Path of the ELF file or the image. */
  readonly file: string;
  readonly memoryBytes: number;
  readonly instructionsMax: number;
  readonly harts: number;
  readonly commandLine: string;
  /** Bytes of an empty disk, `undefined` for none. */
  readonly diskBytes: number | undefined;
  readonly json: boolean;
}

/**
 * Reads the arguments of `standin boot`.
 *
 * @throws UsageError for the first thing that is wrong.
 */
export function parseBootOptions(args: readonly string[]): BootOptions {
  const { values, positionals } = parseArguments(args, {
    memory: { type: "string" },
    "max-instructions": { type: "string" },
    harts: { type: "string" },
    append: { type: "string" },
    disk: { type: "string" },
    json: { type: "boolean" },
  });
  const [file, extra] = positionals;
  if (file === undefined) throw new UsageError("FILE: expected one, got none");
  if (extra !== undefined) throw new UsageError(`FILE: expected one, got also "${extra}"`);
  const { memory, harts, append = "", disk, json = false } = values;
  const limit = values["max-instructions"];
  return {
    file,
    memoryBytes: memory === undefined ? MEMORY_BYTES_DEFAULT : parseMemorySize("--memory", memory),
    instructionsMax:
      limit === undefined
        ? INSTRUCTIONS_DEFAULT
        : parseCount("--max-instructions", limit, 1, INSTRUCTIONS_MAX),
    harts: harts === undefined ? 1 : parseCount("--harts", harts, 1, 2),
    commandLine: append,
    diskBytes: disk === undefined ? undefined : parseDisk(disk),
    json,
  };
}

function parseDisk(text: string): number {
  const bytes = parseMemorySize("--disk", text);
  if (bytes >= 1 && bytes <= DISK_BYTES_MAX) return bytes;
  throw new UsageError(`--disk: expected a size from 1KiB to 1GiB, got "${text}"`);
}
