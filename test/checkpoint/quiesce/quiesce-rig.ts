import type { Quiesce, QuiesceContext } from "../../../src/checkpoint/quiesce/quiesce.ts";
import type { Guest, GuestImage, GuestServices } from "../../../src/guest/guest.ts";
import { Memory } from "../../../src/memory/memory.ts";
import type { Process } from "../../../src/sim/process.ts";
import { sleep } from "../../../src/sim/process.ts";
import { us } from "../../../src/sim/time.ts";
import { rig } from "../rig.ts";

/** A running machine and what brings it to rest. */
export function quiesceRig(quiesce: Quiesce, image?: GuestImage) {
  const made = rig({}, image === undefined ? {} : { image });
  const { engine, a: host, running, records } = made;
  const { vm } = running;
  /** What the secondary was asked, and when it is ready. */
  const secondary = { asked: 0, readyAfterNs: us(80), answered: 0 };
  const context: QuiesceContext = {
    ...{ engine, host, vm, machine: "m", term: 1, epoch: 7 },
    *secondaryReady(): Process {
      secondary.asked += 1;
      yield* sleep(secondary.readyAfterNs);
      secondary.answered += 1;
    },
  };
  const rest = { reachedAtNs: Number.NaN };
  vm.start();
  return {
    ...made,
    vm,
    host,
    context,
    secondary,
    rest,
    request: (...payload: readonly number[]) => made.request(...payload),
    kinds: () => made.kinds(),
    /** Begins to come to rest, as a process of the host. */
    begin: () =>
      engine.spawn("quiesce", host.owner, function* () {
        yield* quiesce.begin(context);
        rest.reachedAtNs = engine.now;
      }),
    end: () => quiesce.end(context),
    /** Whether it came to rest in time, each time that it tried. */
    inTime: () =>
      records()
        .filter(({ kind }) => kind === "quiesce.reached")
        .map((record) => record["inTime"]),
  };
}

/** A machine that works 250 µs, two stretches and a half, on each request. */
export function slowMachine(): GuestImage {
  return {
    name: "slow",
    create: bootSlow,
    executions: () => new Map(),
    workload: () => ({ request: () => new Uint8Array(0) }),
  };
}

function bootSlow(services: GuestServices): Guest {
  let work: { readonly packet: Uint8Array; leftNs: number } | undefined;
  return {
    memory: new Memory(),
    deliver(packet) {
      work = { packet: packet.slice(), leftNs: us(250) };
    },
    run(budgetNs) {
      if (work === undefined) return { usedNs: 0, boundary: "idle" };
      const usedNs = Math.min(budgetNs, work.leftNs);
      work.leftNs -= usedNs;
      if (work.leftNs > 0) return { usedNs, boundary: "budget" };
      services.transmit(work.packet);
      work = undefined;
      return { usedNs, boundary: "idle" };
    },
    saveRegisters: () => new Uint8Array(0),
    loadRegisters() {
      // no registers
    },
  };
}
