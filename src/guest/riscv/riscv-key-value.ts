import type { GuestImage } from "../guest.ts";
import { keyValueImage } from "./images/key-value.ts";
import { type KeyValueServerOptions, keyValueServer } from "./key-value-server.ts";

/**
 * A RISC-V machine that keeps values under keys, as `keyValue()` does: the program
 * `guests/riscv/key-value` behind a network card. It answers each request at once.
 *
 * @throws StandinRangeError `MEMORY_BYTES`, `IMAGE_TOO_LARGE` for an unfit memory, when a machine is made.
 */
export function riscvKeyValue(options: KeyValueServerOptions = {}): GuestImage {
  return keyValueServer({ name: "riscv-kv", lines: keyValueImage }, options);
}
