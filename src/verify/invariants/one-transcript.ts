import type { Invariant } from "../invariant.ts";
import type { StandinRecord } from "../standin-record.ts";

/** One transcript: what a machine has printed on its console it does not print otherwise later. */
export class OneTranscript implements Invariant {
  readonly name = "one-transcript";

  observe(record: StandinRecord): string | undefined {
    if (record.kind !== "console.diverged") return undefined;
    const { machine, console, offset } = record;
    return `${machine} prints byte ${offset} again, and not as ${console} has it`;
  }
}
