import { type ProtectedMachine, type ShadowStep, Simulation, schemes, seconds, us } from "standin";
import { decodePacket } from "standin/guests";
import { type Deposit, ledger, readDeposit, readReply, unsoundAccounts } from "./ledger.ts";

/** What was found by going on from where the shadow was paused. */
export interface Cause {
  /** When the error showed in the output, and how far behind the shadow was, in entries of the log. */
  readonly errorAtNs: number;
  readonly behind: number;
  /** Accounts that were unsound when the shadow was paused already: then the cause lies before. */
  readonly unsoundAtPause: readonly number[];
  /** The request after which the first account was unsound; `undefined` if none was found. */
  readonly request: { readonly number: number; readonly deposit: Deposit } | undefined;
  readonly account: number | undefined;
  /** Steps from there to the error. */
  readonly latency: number;
  readonly machine: ProtectedMachine;
}

/**
 * Runs a ledger with a planted bug until its output shows an error, then looks for the cause in its shadow.
 *
 * @param delay How long the shadow is behind, in nanoseconds.
 */
export function findCause({ seed, delay }: { seed: number; delay: number }): Cause {
  const simulation = new Simulation({ seed });
  const { a, b } = simulation.hosts(["a", "b"], { latency: us(50) });
  const scheme = schemes.shadow({
    delay,
    isError(packet) {
      const payload = decodePacket(packet)?.payload;
      return payload !== undefined && readReply(payload)?.isSound === false;
    },
  });
  const image = ledger();
  const machine = simulation.protect(image, { primary: a, secondary: b, scheme });
  simulation.client(machine, { requests: 4_000, think: us(500), window: 1 });
  let errorAtNs = 0;
  simulation.when("output.failed").observe(() => {
    errorAtNs = simulation.now;
  });
  simulation.run({ until: seconds(2) });

  const { shadow } = machine;
  if (shadow?.errorPosition === undefined) throw new Error("the planted bug shows in two seconds");
  const behind = shadow.errorPosition - shadow.position;
  const unsoundAtPause = unsoundAccounts(shadow.inspect(image));
  let step: ShadowStep | undefined;
  let account: number | undefined;
  while (unsoundAtPause.length === 0 && account === undefined) {
    step = shadow.step();
    if (step === undefined) break;
    [account] = unsoundAccounts(shadow.inspect(image));
  }
  const packet = step?.input && decodePacket(step.input);
  const request = packet && { number: packet.number, deposit: readDeposit(packet.payload) };
  const latency = shadow.errorPosition - shadow.position;
  return { errorAtNs, behind, unsoundAtPause, request, account, latency, machine };
}
