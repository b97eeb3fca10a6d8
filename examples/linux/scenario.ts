// `standin run linux`: Linux on a protected RISC-V machine. `npm run build:linux` makes the kernel first.
import { existsSync, readFileSync } from "node:fs";
import { ms, pairScenario, type Scenario } from "standin";
import { flatImage, riscvGuest } from "standin/guests";
import { LINUX_IMAGE_PATH } from "./kernel.ts";

const MEMORY_BYTES: number = 32 << 20;

function loadScenario(): Scenario {
  if (!existsSync(LINUX_IMAGE_PATH)) {
    throw new Error(
      "expected a kernel at build/linux/Image, there is none: `npm run build:linux` makes one",
    );
  }
  const image = flatImage(new Uint8Array(readFileSync(LINUX_IMAGE_PATH)));
  return pairScenario({
    name: "linux",
    description: "Linux on a RISC-V machine with 32 MiB, booted to the prompt of its console",
    until: ms(1_500),
    image: (_program, broken) =>
      riscvGuest({
        name: "linux",
        image,
        memoryBytes: MEMORY_BYTES,
        commandLine: "console=ttyS0 earlycon",
        broken,
      }),
    clients: [],
    console: true,
  });
}

export default loadScenario;
