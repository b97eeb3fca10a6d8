import { assert } from "../../sim/assert.ts";
import { StandinRangeError } from "../../sim/errors.ts";
import type { Process } from "../../sim/process.ts";
import { race } from "../../sim/race.ts";
import { ms, type Nanoseconds } from "../../sim/time.ts";
import type { ClusterRecord } from "../records.ts";
import { claimTerm } from "../term-claimant.ts";
import { FENCE_RETRY_NS, type Fence, type FenceParty } from "./fence.ts";
import { controllerOf } from "./management-controller.ts";
import { confirmationPort, decodePower, encodePower, POWER_PORT } from "./power-message.ts";
import type { FencingRecord } from "./records.ts";

/** How long a stand-by gives its primary to shoot first, unless told otherwise. */
export const HEAD_START_NS_DEFAULT: Nanoseconds = ms(200);

/** How long a confirmation is waited for before a fence that may do without does. */
export const PATIENCE_NS_DEFAULT: Nanoseconds = ms(200);

/** Longest that may be waited for either: an hour. */
const WAIT_NS_MAX: Nanoseconds = 3_600_000_000_000;

/** How power fencing goes about it. */
export interface PowerFenceOptions {
  /**
   * What keeps two hosts that suspect each other from shooting each other:
   * - `"witness"`: a test-and-set of the term at the witness before either shoots. The default.
   * - `"head-start"`: the stand-by waits before it shoots, as `pcmk_delay_base` and
   *   `priority-fencing-delay` of Pacemaker have it. It needs no witness, and holds as long as the
   *   primary's shot takes less than the head start.
   */
  readonly decision?: "witness" | "head-start";
  /** Only with `"head-start"`: how long the stand-by waits, on its own clock. Default 200 ms. */
  readonly headStart?: Nanoseconds;
  /**
   * Only with `"witness"`: what a host does that was granted the term, when nobody confirms that its peer
   * is off. `"wait"`, the default: it does not serve. `"serve"`: after `patience` it serves on the
   * witness's word alone, as under `fences.witness()`.
   */
  readonly unconfirmed?: "wait" | "serve";
  /** Only with `unconfirmed: "serve"`: how long a confirmation is waited for. Default 200 ms. */
  readonly patience?: Nanoseconds;
}

/** The options with their defaults. */
type Settings = Required<PowerFenceOptions>;

/**
 * Power fencing ("shoot the other node in the head"): the claimant has its peer's management controller cut
 * the peer's power, and serves only after the controller has confirmed that.
 *
 * There is no free choice between power and witness: if one host could take over by the witness's word and
 * the other by a shot, the second would kill the first after it has answered on its own. So where there is
 * a witness it decides, always, and the power is what makes the other harmless.
 *
 * @throws StandinRangeError `FENCE_OPTION` for options that do not fit each other, or are out of range.
 */
export function powerFence(options: PowerFenceOptions = {}): Fence {
  const settings = checked(options);
  return {
    name: "power",
    decider: settings.decision === "witness" ? "witness" : "nobody",
    needsControllers: true,
    mustConfirm: settings.unconfirmed === "wait",
    claim: (party, term) => claimByPower(party, term, settings),
  };
}

function* claimByPower(party: FenceParty, term: number, settings: Settings): Process<boolean> {
  const { engine, host, peer, machine, role, isAgreed, broken } = party;
  const about = { machine, host: host.name, term, peer };
  assert(peer !== "" && peer !== host.name, "a host shoots another one");

  // 1. Settle who shoots, so that not both do.
  if (settings.decision === "witness" && broken.fenceRace !== true) {
    const isFirst = yield* claimTerm({ ...party, withoutWitness: broken.noWitness === true }, term);
    if (!isFirst) return false;
    // Whoever stands back asks the witness before it serves again, and is refused.
    if (isAgreed) {
      engine.trace.emit<FencingRecord>({ kind: "power.spared", ...about });
      return true;
    }
  } else {
    yield* engine.announce<ClusterRecord>({
      kind: "term.requested",
      machine,
      host: host.name,
      term,
    });
    if (role === "secondary" && broken.fenceRace !== true) {
      yield* host.clock.sleep(settings.headStart);
    }
  }

  // 2. Have the peer's power cut.
  yield* engine.announce<FencingRecord>({ kind: "power.ordered", ...about });
  if (broken.fenceSkipped === true) {
    order(party, term);
    return true;
  }
  const mostNs = settings.unconfirmed === "serve" ? settings.patience : undefined;
  const isOff = yield* untilConfirmed(party, term, mostNs);

  // 3. Serve when it is, or, where that is allowed, on the witness's word.
  if (isOff) yield* engine.announce<FencingRecord>({ kind: "power.confirmed", ...about });
  else yield* engine.announce<FencingRecord>({ kind: "power.unconfirmed", ...about });
  return true;
}

/** Orders until it is confirmed, for ever or for so long. */
function* untilConfirmed(
  party: FenceParty,
  term: number,
  mostNs: Nanoseconds | undefined,
): Process<boolean> {
  const { host, machine } = party;
  const confirmations = host.open(confirmationPort(machine));
  const untilNs = mostNs === undefined ? undefined : host.clock.monotonic() + mostNs;
  let isOff = false;
  while (!isOff && (untilNs === undefined || host.clock.monotonic() < untilNs)) {
    order(party, term);
    const answer = yield* race({ confirmation: confirmations.receive() }, FENCE_RETRY_NS);
    if (answer.key === "timeout") continue;
    const message = decodePower(answer.value.bytes);
    isOff = message?.type === "confirmed" && message.machine === machine && message.term === term;
  }
  host.close(confirmationPort(machine));
  return isOff;
}

function order({ network, host, peer, machine }: FenceParty, term: number): void {
  network.send(host, controllerOf(peer), POWER_PORT, encodePower({ type: "order", machine, term }));
}

function checked(options: PowerFenceOptions): Settings {
  const { decision = "witness", headStart, unconfirmed = "wait", patience } = options;
  expect(
    ["witness", "head-start"].includes(decision),
    "decision",
    "witness or head-start",
    decision,
  );
  expect(["wait", "serve"].includes(unconfirmed), "unconfirmed", "wait or serve", unconfirmed);
  const alone = decision === "head-start";
  expect(!alone || unconfirmed === "wait", "unconfirmed", 'wait with "head-start"', unconfirmed);
  expect(alone || headStart === undefined, "headStart", 'none with "witness"', headStart);
  const serves = unconfirmed === "serve";
  expect(
    serves || patience === undefined,
    "patience",
    'none unless unconfirmed is "serve"',
    patience,
  );
  const settings = {
    headStart: headStart ?? HEAD_START_NS_DEFAULT,
    patience: patience ?? PATIENCE_NS_DEFAULT,
  };
  for (const [name, timeNs] of Object.entries(settings)) {
    const isTime = Number.isSafeInteger(timeNs) && timeNs > 0 && timeNs <= WAIT_NS_MAX;
    expect(isTime, name, "whole nanoseconds from 1 to an hour", timeNs);
  }
  return { decision, unconfirmed, ...settings };
}

function expect(holds: boolean, name: string, wanted: string, given: unknown): void {
  if (holds) return;
  throw new StandinRangeError("FENCE_OPTION", `${name}: expected ${wanted}, got ${String(given)}`);
}
