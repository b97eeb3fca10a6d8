import { assert } from "../../sim/assert.ts";
import type { Process } from "../../sim/process.ts";
import { race } from "../../sim/race.ts";
import type { MachineNode } from "../machine-node.ts";
import { primaryRole } from "../primary-role.ts";
import type { Protection } from "../protection.ts";
import { CLAIM_RETRY_NS } from "../term-claimant.ts";
import type { BareHost } from "./bare-host.ts";
import type { FirstProtection } from "./first-protection.ts";
import type { StartRecord } from "./records.ts";
import { decodeStartMessage, encodeStartMessage, preparePort, readyPort } from "./start-message.ts";

/** What is started. */
export interface StartOptions {
  /** Name of the host that is to stand by. */
  readonly secondary: string;
  /** Which attempt of the machine's it is, from 1. */
  readonly attempt: number;
}

/**
 * Makes a protected machine of one that runs on the bare host and serves, without a restart.
 *
 * Source: US10216598. Its first step, the reservation, is firmware's and was made when the host
 * started. Until the machine is mirrored every failure leaves it as it was: it goes on, bare. A crash of
 * its own host takes it away meanwhile, as it does with any machine that is not protected.
 */
export function* startRole(
  protection: Protection,
  node: MachineNode,
  bare: BareHost,
  { secondary, attempt }: StartOptions,
): Process {
  const { engine, machine, broken } = protection;
  const { host, vm, digest } = node;
  const { profile } = host;
  let isMirrored = false;
  const about = (): { machine: string; host: string; term: number } => ({
    machine,
    host: host.name,
    term: node.term,
  });
  yield* engine.announce<StartRecord>({ kind: "start.requested", secondary, ...about() });

  // 1. The driver loads and finds in the memory map what firmware has kept for it.
  yield* host.compute(profile.driverLoadNs);
  const pages = bare.findRange();
  yield* engine.announce<StartRecord>({ kind: "start.driver-loaded", pages, ...about() });

  // 2. It puts the monitor and its translation tables there; the system runs on beside it.
  const before = digest.digest();
  const monitor = bare.place(broken.start ?? {});
  const after = digest.digest();
  yield* host.compute(bare.placeNs(profile));
  yield* engine.announce<StartRecord>({
    kind: "start.tables-placed",
    ...{ pages: monitor.pages, before, after },
    ...about(),
  });

  // 3. The system becomes its guest at a boundary: from here on each store goes through the tables.
  yield* takeOver(() => bare.enter(), profile.runningPenaltyPpm);

  // 4. The host that is to stand by boots the machine and waits for the first copy.
  if (!(yield* prepare(protection, node, { secondary, attempt }))) {
    yield* cancel(`${secondary} does not answer`);
    return;
  }

  // 5. Brownout rounds and the blackout are the first copy of the scheme; 6. then it is mirrored.
  yield* engine.announce<StartRecord>({ kind: "start.brownout", secondary, ...about() });
  const mirroring = engine.spawn(`${machine} on ${host.name}: mirroring`, host.owner, mirror);
  const first: FirstProtection = {
    get isMirrored() {
      return isMirrored;
    },
    *cancel(reason) {
      mirroring.kill();
      yield* cancel(reason);
    },
  };
  yield* primaryRole(protection, node, secondary, first);

  function* mirror(): Process {
    const { holding, safe } = node.progress;
    yield* (broken.start?.mirroredEarly === true ? holding : safe).wait();
    isMirrored = true;
    bare.isStarting = false;
    yield* engine.announce<StartRecord>({ kind: "start.mirrored", secondary, ...about() });
  }

  /** Stops the system at a boundary, moves it, lets it go on. */
  function* takeOver(move: () => void, penaltyPpm: number): Process {
    const pausedAtNs = engine.now;
    yield* vm.pause();
    yield* host.compute(profile.suspendNs + profile.takeOverNs + profile.tlbInvalidateNs);
    move();
    vm.setPenalty(penaltyPpm);
    yield* host.compute(profile.resumeNs);
    vm.resume();
    if (!bare.isMonitored) return;
    const pauseNs = engine.now - pausedAtNs;
    yield* engine.announce<StartRecord>({ kind: "start.entered", pauseNs, ...about() });
  }

  /** Leaves the machine as it was: on the bare host, with nobody who follows it. */
  function* cancel(reason: string): Process {
    assert(!isMirrored, "what is mirrored is ended as any protection is");
    yield* takeOver(() => bare.leave(), 0);
    bare.isStarting = false;
    yield* engine.announce<StartRecord>({ kind: "start.cancelled", reason, ...about() });
  }
}

/**
 * Asks the host that is to stand by until it says that it does, for as long as a silent host is taken for
 * alive.
 *
 * @returns False if it has not answered.
 */
function* prepare(
  { engine, network, machine, detection }: Protection,
  { host }: MachineNode,
  { secondary, attempt }: StartOptions,
): Process<boolean> {
  const answers = host.open(readyPort(machine));
  const untilNs = engine.now + host.clock.toGlobal(detection.timeout);
  let isReady = false;
  while (!isReady && engine.now < untilNs) {
    const question = encodeStartMessage({ what: "prepare", attempt });
    network.send(host, secondary, preparePort(machine), question);
    const patienceNs = Math.min(CLAIM_RETRY_NS, untilNs - engine.now);
    const answer = yield* race({ answer: answers.receive() }, patienceNs);
    if (answer.key === "timeout") continue;
    const said = decodeStartMessage(answer.value.bytes);
    isReady = said?.what === "ready" && said.attempt === attempt;
  }
  host.close(readyPort(machine));
  return isReady;
}
