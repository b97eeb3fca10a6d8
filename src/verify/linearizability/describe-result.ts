import { showValue } from "../history/json-value.ts";
import type { Operation } from "../history/operation.ts";
import type {
  CheckResult,
  NotLinearizable,
  PartialLinearization,
  PartitionFailure,
} from "./check-result.ts";
import { describeOperation } from "./describe-operation.ts";
import { drawOperations } from "./draw-operations.ts";

/** Objects of which a description tells what broke. */
const FAILURES_MAX = 3;

/** Operations in a picture. */
const DRAWN_MAX = 10;

/** Operations in a picture that had returned before the one that broke was called. */
const DRAWN_BEFORE_MAX = 3;

/** Operations at the end of an order that a description names. */
const ORDER_MAX = 6;

/** Orders that a description names. */
const PARTIALS_MAX = 4;

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/**
 * The operations to draw: the one that broke, those that it ran beside (the latest ones if there are
 * too many), and the last that returned before it was called. What is called behind its return has
 * nothing to do with it.
 */
function windowAround({ operations, stuck }: PartitionFailure): readonly Operation[] {
  const end = stuck.returnIndex ?? Number.POSITIVE_INFINITY;
  const others = operations.filter((item) => item !== stuck && item.callIndex < end);
  const isOver = ({ returnIndex }: Operation): boolean =>
    returnIndex !== undefined && returnIndex < stuck.callIndex;
  const before = others
    .filter(isOver)
    .sort((a, b) => (a.returnIndex ?? 0) - (b.returnIndex ?? 0))
    .slice(-DRAWN_BEFORE_MAX);
  const beside = others.filter((item) => !isOver(item)).slice(before.length + 1 - DRAWN_MAX);
  return [...before, ...beside, stuck].sort((a, b) => a.callIndex - b.callIndex);
}

function describePartial(
  { order, state }: PartialLinearization,
  byIndex: ReadonlyMap<number, Operation>,
): string {
  const last = order.slice(-ORDER_MAX).map((index) => {
    const operation = byIndex.get(index);
    return operation === undefined ? `index ${index}` : describeOperation(operation);
  });
  const left = order.length - last.length;
  const shown = left > 0 ? [`(${count(left, "operation")})`, ...last] : last;
  return `${shown.length === 0 ? "nothing" : shown.join(", ")}: ${state}`;
}

function describeFailure(failure: PartitionFailure): readonly string[] {
  const { key, operations, stuck, partials } = failure;
  const where = key === undefined ? "" : ` on key ${showValue(key)}`;
  const byIndex = new Map(operations.map((operation) => [operation.callIndex, operation]));
  const { callIndex, returnIndex = callIndex } = stuck;
  const more = partials.length - PARTIALS_MAX;
  return [
    `cannot be linearized${where}: ${describeOperation(stuck)}, process ${stuck.process}, index ${callIndex} to ${returnIndex}`,
    `  All that returned before index ${returnIndex} can be put in an order, but not together with it.`,
    "  The orders that get furthest end in",
    ...partials.slice(0, PARTIALS_MAX).map((partial) => `    ${describePartial(partial, byIndex)}`),
    ...(more > 0 ? [`    and ${more} more`] : []),
    "",
    ...drawOperations(windowAround(failure), stuck).map((line) => `  ${line}`),
  ];
}

function describeFailures({ model, failures, steps }: NotLinearizable): readonly string[] {
  const more = failures.length - FAILURES_MAX;
  const broken = failures.length === 1 ? "" : `: ${count(failures.length, "object")} broke`;
  return [
    `not linearizable as ${model}${broken} (${count(steps, "step")})`,
    ...failures.slice(0, FAILURES_MAX).flatMap((failure) => ["", ...describeFailure(failure)]),
    ...(more > 0 ? ["", `and ${count(more, "more object")}`] : []),
  ];
}

/**
 * What a check found, for people: the verdict, and for a history that is not linearizable the
 * operation that broke, what the orders that get furthest end in, and a picture of what ran
 * beside it. Lines are joined by newlines; there is none at the end.
 */
export function describeResult(result: CheckResult): string {
  const { model, steps } = result;
  switch (result.verdict) {
    case "linearizable":
      return `linearizable as ${model}: ${count(result.order.length, "operation")} in order (${count(steps, "step")})`;
    case "unknown":
      return `unknown whether linearizable as ${model}: the bound of ${count(result.maxSteps, "step")} was reached`;
    case "not-linearizable":
      return describeFailures(result).join("\n");
  }
}
