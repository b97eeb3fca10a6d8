import { ChromeTrace } from "../report/chrome-trace.ts";
import type { ChromeTraceArgs } from "../report/chrome-trace-event.ts";
import { NdjsonSink } from "../sim/ndjson-sink.ts";
import type { Nanoseconds } from "../sim/time.ts";
import type { TraceSink } from "../sim/trace.ts";
import { OutputFile } from "./output-file.ts";
import { UsageError } from "./usage-error.ts";

/** A trace on its way into a file. */
export interface TraceExport {
  readonly sink: TraceSink;
  /**
   * Begins to write.
   *
   * @throws UsageError when the file cannot be written.
   */
  open(): void;
  /** Writes what is left and puts the file in its place. */
  finish(endNs: Nanoseconds, about: ChromeTraceArgs): void;
  /** Leaves no file behind, unless it was finished. */
  discard(): void;
}

/**
 * Makes sure that a name says which format is wanted.
 *
 * @throws UsageError unless it ends in `.json` or `.ndjson`.
 */
export function checkTraceName(given: string): void {
  if (/\.(nd)?json$/.test(given)) return;
  const wanted = "a name that ends in .json (Chrome Trace) or .ndjson (one record per line)";
  throw new UsageError(`--trace: expected ${wanted}, got "${given}"`);
}

/**
 * Prepares to export a trace: `.json` for Chrome Trace Event Format, which Perfetto opens, `.ndjson` for
 * the records themselves, one per line.
 *
 * @throws UsageError when the name ends in something else.
 */
export function exportTrace(given: string, cwd: string): TraceExport {
  checkTraceName(given);
  const file = new OutputFile("--trace", given, cwd);
  if (given.endsWith(".ndjson")) {
    return {
      sink: new NdjsonSink((line) => file.write(`${line}\n`)),
      open: () => file.open(),
      finish: () => file.commit(),
      discard: () => file.discard(),
    };
  }
  const sink = new ChromeTrace();
  return {
    sink,
    open: () => file.open(),
    finish(endNs, about) {
      for (const piece of sink.json(endNs, about)) file.write(piece);
      file.commit();
    },
    discard: () => file.discard(),
  };
}
