import { existsSync, readFileSync } from "node:fs";
import { type PairOptions, pairScenario, type Scenario } from "standin";
import { flatImage, riscvGuest } from "standin/guests";
import { LINUX_IMAGE_PATH } from "./kernel.ts";

const MEMORY_BYTES: number = 32 << 20;

/**
 * A scenario of Linux on a protected RISC-V machine with 32 MiB and a console.
 *
 * @param commandLine Of the kernel, behind where its console is.
 * @param initSays A text that its init program must hold.
 * @throws Error without a kernel, or with one whose init program lacks the text.
 */
export function linuxPair(
  about: Pick<PairOptions, "name" | "description" | "until">,
  commandLine = "",
  initSays = "",
): Scenario {
  if (!existsSync(LINUX_IMAGE_PATH)) {
    throw new Error(
      "expected a kernel at build/linux/Image, there is none: `npm run build:linux` makes one",
    );
  }
  const kernel = readFileSync(LINUX_IMAGE_PATH);
  if (!kernel.includes(initSays)) {
    throw new Error(
      "expected a kernel at build/linux/Image with today's init, it is older: `npm run build:linux` makes one",
    );
  }
  const image = flatImage(new Uint8Array(kernel));
  return pairScenario({
    ...about,
    image: (_program, broken) =>
      riscvGuest({
        name: about.name,
        image,
        memoryBytes: MEMORY_BYTES,
        commandLine: ["console=ttyS0 earlycon", commandLine].join(" ").trim(),
        broken,
      }),
    clients: [],
    console: true,
  });
}
