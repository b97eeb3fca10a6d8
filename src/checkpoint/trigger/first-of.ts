import { assert } from "../../sim/assert.ts";
import { StandinTypeError } from "../../sim/errors.ts";
import { race } from "../../sim/race.ts";
import type { Trigger } from "./trigger.ts";

/**
 * Whichever of several triggers is due first.
 *
 * @throws StandinTypeError `TRIGGER_OPTION` without any.
 */
export function firstOf(...triggers: readonly Trigger[]): Trigger {
  if (triggers.length === 0) {
    throw new StandinTypeError("TRIGGER_OPTION", "firstOf: expected triggers, got none");
  }
  const stops = triggers.flatMap(({ stopAtPages }) => stopAtPages ?? []);
  return {
    name: triggers.map(({ name }) => name).join(", or "),
    ...(stops.length === 0 ? {} : { stopAtPages: Math.min(...stops) }),
    *wait(context) {
      const { engine, host, machine } = context;
      const waiting = triggers.map((trigger) =>
        engine.spawn(`${machine} on ${host.name}: ${trigger.name}`, host.owner, () =>
          trigger.wait(context),
        ),
      );
      const racers = waiting.map((process, index) => [String(index), process.join()] as const);
      const first = yield* race(Object.fromEntries(racers));
      assert(first.key !== "timeout", "a race without a limit is won");
      for (const process of waiting) process.kill();
    },
  };
}
