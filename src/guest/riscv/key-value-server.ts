import type { DuplicationOptions } from "../drivers.ts";
import type { GuestImage } from "../guest.ts";
import { keyValue } from "../key-value.ts";
import { parseElf } from "./elf.ts";
import { decodeBase64 } from "./images/base64.ts";
import { executions } from "./key-value-audit.ts";
import { patchImage } from "./loaded-image-patch.ts";
import type { DiskOptions, MachineDefects } from "./machine-options.ts";
import { riscvGuest } from "./riscv-guest.ts";

/** Options of the key-value servers that run on the RISC-V machine. */
export interface KeyValueServerOptions {
  /** RAM: a multiple of 4096; the servers need a little more than 1 MiB. Default 2 MiB. */
  readonly memoryBytes?: number;
  /** Broken on purpose: a request that arrives again is executed again. Default false. */
  readonly executeRetries?: boolean;
  /** Makes it a machine that can be duplicated, with reserved memory for a profile. Default: it is none. */
  readonly duplication?: DuplicationOptions;
  /** Defects of the machine under the server, for tests to notice. */
  readonly broken?: MachineDefects;
}

/** One of these servers. */
export interface KeyValueServer {
  readonly name: string;
  /** Its ELF file in Base64. Its tables lie at the symbols that {@link executions} asks for. */
  readonly lines: readonly string[];
  /** The disk that it needs, if any. */
  readonly disk?: DiskOptions;
}

const MEMORY_BYTES_DEFAULT = 2_097_152;

/** The servers wait for their first request long before. */
const BOOT_TICKS = 1_000_000;

/**
 * The guest image of a server that answers as `keyValue()` does, with the same workload. Its boot
 * ends where it waits for the first request.
 *
 * @throws StandinRangeError What `RiscvMachine` throws is thrown when a machine is made.
 */
export function keyValueServer(
  { name, lines, disk }: KeyValueServer,
  {
    memoryBytes = MEMORY_BYTES_DEFAULT,
    executeRetries = false,
    broken,
    duplication,
  }: KeyValueServerOptions,
): GuestImage {
  const image = patchImage(parseElf(decodeBase64(lines)), {
    execute_retries: executeRetries ? 1 : 0,
  });
  const store = keyValue();
  return riscvGuest({
    name,
    image,
    memoryBytes,
    bootTicks: BOOT_TICKS,
    executions: ({ memory }, client) => executions(memory, image.symbols, client),
    workload: (client, random) => store.workload(client, random),
    ...(disk === undefined ? {} : { disk }),
    ...(broken === undefined ? {} : { broken }),
    ...(duplication === undefined ? {} : { duplication }),
  });
}
