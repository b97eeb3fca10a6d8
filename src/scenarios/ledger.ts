import { isLedgerError, ledger } from "../guest/ledger.ts";
import { ms, seconds, us } from "../sim/time.ts";
import { pairScenario } from "./pair.ts";
import type { Scenario } from "./scenario.ts";

/**
 * A ledger with a planted bug, which shows in its replies long after it struck. Under the scheme `shadow` machine
 * and shadow stand still from then on; under all others the reply is one like any other.
 */
export const ledgerScenario: Scenario = pairScenario({
  name: "ledger",
  description:
    "a ledger with a planted bug that shows in its replies, 100 deposits each by two clients",
  until: seconds(1),
  image: (defects) => ledger({ ...defects, serviceNs: us(150) }),
  isError: isLedgerError,
  clients: [
    { requests: 100, think: ms(7) },
    { requests: 100, think: ms(7) },
  ],
});
