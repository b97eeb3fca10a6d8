/** What came of a run: its measures, or why what was asked for cannot be had. */
export type MeasuredRun<M> =
  | { readonly measures: M; readonly violations: readonly string[] }
  | { readonly refusal: string };

/**
 * Makes a run to be measured. Who refuses the machine, or what it is protected with, says so; anything else
 * that goes wrong is thrown.
 */
export function measuredRun<M>(measure: () => MeasuredRun<M>): MeasuredRun<M> {
  try {
    return measure();
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    return { refusal };
  }
}

/** The first sentence of what the library refused, in the call or in a process; by name, as a scenario's module may bring its own copy of it. */
function refusalOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (!/^Standin(Range|Type)Error$/.test(error.name)) return refusalOf(error.cause);
  return error.message.split(/(?<=\.)\s|\n/, 1)[0];
}
