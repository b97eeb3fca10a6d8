import type { CompareMessage } from "./compare-message.ts";
import type { DivergenceReason } from "./connection.ts";

/** First byte of each kind of message. */
export const codes: Readonly<Record<CompareMessage["type"], number>> = {
  input: 1,
  cut: 2,
  stop: 3,
  written: 4,
  output: 5,
  same: 6,
  differs: 7,
};

/** Reasons by the number that stands for them. */
export const reasons: readonly DivergenceReason[] = ["unequal", "time-out", "queue-full"];
