// `standin run linux-compile`: Linux with a load like that of a build. `npm run build:linux` makes the kernel first.
import { ms, type Scenario } from "standin";
import { linuxPair } from "../linux/linux-pair.ts";

function loadScenario(): Scenario {
  return linuxPair(
    {
      name: "linux-compile",
      description:
        "Linux on a RISC-V machine with 32 MiB that builds: processes, files, sorting, over and over",
      until: ms(1_500),
    },
    "-- build 0",
    "build: round ",
  );
}

export default loadScenario;
