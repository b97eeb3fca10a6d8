import { showValue } from "../history/json-value.ts";
import type { Operation } from "../history/operation.ts";
import { describeOperation } from "./describe-operation.ts";

/** Characters between two events that follow one another, at least. */
const GAP = 2;

/** Where an operation stands in the picture, in characters from the left. */
interface Bar {
  readonly operation: Operation;
  readonly left: number;
  readonly right: number;
}

/** Lays the events out from left to right in their order, each far enough for the texts before it. */
function layOut(operations: readonly Operation[]): readonly Bar[] {
  const events = operations.flatMap((operation) => {
    const { callIndex, returnIndex } = operation;
    const call = { index: callIndex, operation, isCall: true };
    return returnIndex === undefined
      ? [call]
      : [call, { index: returnIndex, operation, isCall: false }];
  });
  const lefts = new Map<Operation, number>();
  const rights = new Map<Operation, number>();
  let at = -GAP;
  for (const { operation, isCall } of events.sort((a, b) => a.index - b.index)) {
    at += GAP;
    if (isCall) {
      lefts.set(operation, at);
    } else {
      at = Math.max(at, (lefts.get(operation) ?? 0) + widthOf(operation));
      rights.set(operation, at);
    }
  }
  const edges = operations
    .filter(({ outcome }) => outcome === "open")
    .map((operation) => (lefts.get(operation) ?? 0) + widthOf(operation));
  const edge = Math.max(at + GAP, ...edges);
  return operations.map((operation) => {
    return { operation, left: lefts.get(operation) ?? 0, right: rights.get(operation) ?? edge };
  });
}

/** Characters from the left end of a bar to its right end. */
function widthOf(operation: Operation): number {
  return describeOperation(operation).length + 3;
}

function drawBar({ operation, left, right }: Bar, stuck: Operation): string {
  const line = operation === stuck ? "=" : "-";
  const text = describeOperation(operation);
  const body = `${line}${text}`.padEnd(right - left - 1, line);
  return `|${body}${operation.outcome === "open" ? ">" : "|"}`;
}

/** Adds a bar to the first of the lines of its process on which there is room, or to a new one. */
function place(lines: string[], bar: Bar, stuck: Operation): void {
  const room = lines.findIndex((line) => line.length < bar.left || line.length === 0);
  const at = room < 0 ? lines.length : room;
  lines[at] = (lines[at] ?? "").padEnd(bar.left) + drawBar(bar, stuck);
}

/**
 * Draws operations as bars on the lines of their processes, time running to the right: distances
 * mean nothing, order does.
 *
 * ```text
 * process 0  |-write 1-|
 * process 1               |=read -> null=|
 * process 2     |-write 2 ?--------------->
 * ```
 *
 * @param stuck Drawn with `=`; an arrow instead of an end marks operations that never returned.
 * @returns One line of text for each line of the picture.
 */
export function drawOperations(
  operations: readonly Operation[],
  stuck: Operation,
): readonly string[] {
  const rows = new Map<number | string, string[]>();
  for (const bar of layOut(operations)) {
    const { process } = bar.operation;
    const lines = rows.get(process) ?? [];
    place(lines, bar, stuck);
    rows.set(process, lines);
  }
  const labelled = [...rows].flatMap(([process, lines]) => {
    return lines.map((line) => ({ label: `process ${nameProcess(process)}`, line }));
  });
  const width = Math.max(0, ...labelled.map(({ label }) => label.length));
  return labelled.map(({ label, line }) => `${label.padEnd(width)}  ${line}`);
}

function nameProcess(process: number | string): string {
  return typeof process === "number" ? String(process) : showValue(process).slice(1, -1);
}
