import type { GuestImage } from "../../src/guest/guest.ts";
import { parseElf } from "../../src/guest/riscv/elf.ts";
import { decodeBase64 } from "../../src/guest/riscv/images/base64.ts";
import { twoHartsImage } from "../../src/guest/riscv/images/two-harts.ts";
import { patchImage } from "../../src/guest/riscv/loaded-image-patch.ts";
import { riscvGuest } from "../../src/guest/riscv/riscv-guest.ts";

/** A machine whose two harts count together, in turns that nobody can log. */
export function twoHarts(rounds = 500): GuestImage {
  const image = patchImage(parseElf(decodeBase64(twoHartsImage)), { two_harts_rounds: rounds });
  return riscvGuest({ name: "two harts", image, memoryBytes: 1 << 20, harts: 2 });
}
