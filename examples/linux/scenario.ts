// `standin run linux`: Linux on a protected RISC-V machine. `npm run build:linux` makes the kernel first.
import { ms, type Scenario } from "standin";
import { linuxPair } from "./linux-pair.ts";

function loadScenario(): Scenario {
  return linuxPair({
    name: "linux",
    description: "Linux on a RISC-V machine with 32 MiB, booted to the prompt of its console",
    until: ms(1_500),
  });
}

export default loadScenario;
