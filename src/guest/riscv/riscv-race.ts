import type { GuestImage } from "../guest.ts";
import { parseElf } from "./elf.ts";
import { decodeBase64 } from "./images/base64.ts";
import { raceImage } from "./images/race.ts";
import { executions } from "./key-value-audit.ts";
import type { KeyValueServerOptions } from "./key-value-server.ts";
import { patchImage } from "./loaded-image-patch.ts";
import { riscvGuest } from "./riscv-guest.ts";

/** Options of {@link riscvRace}. */
export interface RiscvRaceOptions extends KeyValueServerOptions {
  /** Times that each hart comes in a race, a whole number. Default 16. */
  readonly rounds?: number;
}

/** The program needs a little less than 1 MiB. */
const MEMORY_BYTES_DEFAULT = 2_097_152;

/**
 * A RISC-V machine whose two harts race for a lock at each request, the program `guests/riscv/race` behind a
 * network card. Requests are empty; a reply of eight bytes, little endian, is how often either hart has come so
 * far, and a check value over who came when in this race. The hosts decide that turn by turn, and nobody can
 * log it. What was executed is kept as the key-value servers keep it.
 *
 * @throws StandinRangeError `MEMORY_BYTES`, `IMAGE_TOO_LARGE` for an unfit memory, when a machine is made.
 */
export function riscvRace(options: RiscvRaceOptions = {}): GuestImage {
  const {
    memoryBytes = MEMORY_BYTES_DEFAULT,
    executeRetries = false,
    rounds = 16,
    broken,
  } = options;
  const image = patchImage(parseElf(decodeBase64(raceImage)), {
    execute_retries: executeRetries ? 1 : 0,
    race_rounds: rounds,
  });
  const machine = riscvGuest({
    name: "race",
    image,
    memoryBytes,
    harts: 2,
    // Booting takes turns, too: where harts take some, the memory after a boot is not always the same.
    bootTicks: 0,
    executions: ({ memory }, client) => executions(memory, image.symbols, client),
    ...(broken === undefined ? {} : { broken }),
  });
  return { ...machine, deterministic: false };
}
