import { setImmediate } from "node:timers/promises";
import type { ComparisonStep } from "../compare/part-comparison.ts";
import type { CommandIo } from "./command-io.ts";
import { ProgressLine } from "./progress-line.ts";

/**
 * Makes the runs of a comparison one after the other, and shows how far it is.
 *
 * @param about What the runs are of.
 * @returns `undefined` if the user has interrupted it.
 */
export async function withProgress<R>(
  about: string,
  steps: Generator<ComparisonStep, R>,
  io: CommandIo,
): Promise<R | undefined> {
  const progress = new ProgressLine(io);
  try {
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
      const { number, count, name } = step.value;
      progress.show(() => `${about}: run ${number} of ${count}, ${name}`);
      await setImmediate();
      if (io.signal?.aborted === true) return undefined;
    }
  } finally {
    progress.clear();
  }
}
