import { setImmediate } from "node:timers/promises";
import type { Nanoseconds } from "../sim/time.ts";
import type { Simulation } from "../simulation/simulation.ts";
import type { CommandIo } from "./command-io.ts";

/** Events between two looks at the outside world: some hundredths of a second. */
const EVENTS_PER_SLICE = 20_000;

/** Shorter runs show no progress. */
const PROGRESS_AFTER_MS = 1_000;

/** Runs a simulation in slices, so that it can be interrupted and its progress be seen. */
export async function simulate(
  simulation: Simulation,
  untilNs: Nanoseconds,
  io: CommandIo,
): Promise<"done" | "interrupted"> {
  const startedAtMs = performance.now();
  let shown = "";
  const show = (text: string): void => {
    if (text === shown) return;
    io.stderr(`\r${text.padEnd(shown.length)}${text === "" ? "\r" : ""}`);
    shown = text;
  };
  try {
    for (;;) {
      const slice = simulation.engine.run({ until: untilNs, maxEvents: EVENTS_PER_SLICE });
      if (slice.reason !== "events") break;
      await setImmediate();
      if (io.signal?.aborted === true) return "interrupted";
      if (io.isErrorTerminal !== true || performance.now() - startedAtMs < PROGRESS_AFTER_MS)
        continue;
      show(`${Math.floor((simulation.now / untilNs) * 100)} % of the virtual time`);
    }
  } finally {
    if (shown !== "") show("");
  }
  simulation.run({ until: untilNs });
  return "done";
}
