import { type Arbitrary, constantFrom, integer, oneof } from "fast-check";
import { type ClientOptions, REQUESTS_MAX } from "../client/client.ts";
import { StandinRangeError } from "../sim/errors.ts";
import { ms, us } from "../sim/time.ts";
import { plainRecord } from "./plain-record.ts";

/** What a drawn workload may be. */
export interface WorkloadSetting {
  /** Most requests of a client. Default 150. */
  readonly requestsMax?: number;
}

/** Most requests of a client that has one or two outstanding: an epoch answers no more of them. */
const NARROW_REQUESTS_MAX = 25;

/**
 * How clients behave. It shrinks to fewer requests, down to one, and to the scenario's own ways of
 * asking them.
 *
 * A client with a narrow window waits for the end of an epoch after each request or two; it makes at
 * most 25, so that every workload is done soon after its faults are over.
 *
 * @throws StandinRangeError `WORKLOAD_SETTING` when there is to be no request, or too many.
 */
export function workload({ requestsMax = 150 }: WorkloadSetting = {}): Arbitrary<ClientOptions> {
  if (!Number.isSafeInteger(requestsMax) || requestsMax < 1 || requestsMax > REQUESTS_MAX) {
    throw new StandinRangeError(
      "WORKLOAD_SETTING",
      `requestsMax: expected a whole number from 1 to ${REQUESTS_MAX}, got ${requestsMax}`,
    );
  }
  const requests = (most: number): Arbitrary<number> =>
    integer({ min: 1, max: Math.min(most, requestsMax) });
  const think = constantFrom(ms(5), ms(2), us(500), us(100));
  const timeout = constantFrom(ms(100), ms(150), ms(60), ms(20));
  return oneof(
    plainRecord({ requests: requests(requestsMax), think, window: constantFrom(32, 8), timeout }, [
      "requests",
    ]),
    plainRecord(
      { requests: requests(NARROW_REQUESTS_MAX), think, window: constantFrom(2, 1), timeout },
      ["requests", "window"],
    ),
  );
}
