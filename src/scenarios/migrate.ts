import { migrations } from "../cluster/migration/migrations.ts";
import type { MigrationDefects, MigrationWay } from "../cluster/migration/way.ts";
import type { ProtectedMachine } from "../cluster/protected-machine.ts";
import { keyValue } from "../guest/key-value.ts";
import { mbps } from "../host/bandwidth.ts";
import { ms, type Nanoseconds, seconds, us } from "../sim/time.ts";
import { WITNESS_HOST } from "../simulation/machine-room.ts";
import type { Simulation } from "../simulation/simulation.ts";
import { defectsOf } from "../verify/zoo.ts";
import type { Scenario } from "./scenario.ts";
import { schemeFor } from "./scheme-for.ts";

/** When somebody moves the machine from host `a` to `c`, and when back. */
const AWAY_NS: Nanoseconds = ms(150);
const BACK_NS: Nanoseconds = ms(500);

/** What a scenario of a machine that moves is made of. */
interface MoveOptions {
  readonly name: string;
  readonly description: string;
  readonly how: (broken: MigrationDefects) => MigrationWay;
}

/**
 * A key-value store on host `a` that `b` stands in for, moved in the middle of its traffic to host `c`, and
 * back. Whoever orders it looks whether it can be done: after a failure it may be that it cannot.
 */
function moveScenario({ name, description, how }: MoveOptions): Scenario {
  return {
    name,
    description,
    until: seconds(1),
    build(simulation, options) {
      const { link, detection, client, broken = [] } = options;
      const defects = defectsOf(broken);
      const links = { latency: us(50), ...link };
      const { a, b, c } = simulation.hosts(["a", "b", "c"], links);
      const machine = simulation.protect(keyValue({ ...defects.program, serviceNs: us(150) }), {
        ...{ name, primary: a, secondary: b },
        scheme: schemeFor(options),
        ...(detection === undefined ? {} : { detection }),
        broken: defects.cluster ?? {},
      });
      simulation.network.connect(c, simulation.host(WITNESS_HOST), links);
      for (let number = 1; number <= 2; number += 1) {
        simulation.client(machine, { requests: 100, think: ms(7), ...client });
      }
      const way = how(defects.migration ?? {});
      moveAt(simulation, { machine, way, atNs: AWAY_NS, to: "c" });
      moveAt(simulation, { machine, way, atNs: BACK_NS, to: "a" });
    },
  };
}

/** What whoever orders a move does: nothing, where the machine or the host is not as it should be. */
function moveAt(
  simulation: Simulation,
  {
    machine,
    way,
    atNs,
    to,
  }: { machine: ProtectedMachine; way: MigrationWay; atNs: Nanoseconds; to: string },
): void {
  simulation.at(atNs, () => {
    const host = simulation.host(to);
    if (machine.activeNode === undefined || machine.isMoving) return;
    if (host.power === "off" || machine.partOn(host) !== undefined) return;
    simulation.migrate(machine, { to: host, how: way });
  });
}

/** Moved by pre-copy. */
export const migrateScenario: Scenario = moveScenario({
  name: "migrate",
  description:
    "a key-value store moved to a third host by pre-copy while two clients ask, and back",
  // Slow enough that rounds take a while, and that what is written in one has to be skipped.
  how: (broken) =>
    migrations.preCopy({
      ...{ minimum: mbps(10), maximum: mbps(50), increment: mbps(5) },
      ...{ remainBytes: 8_192, batchPages: 4, broken },
    }),
});

/** Moved by post-copy. */
export const migratePostCopyScenario: Scenario = moveScenario({
  name: "migrate-post-copy",
  description: "the same moved by post-copy: its memory follows it",
  // Slow enough that the machine touches pages that have not come.
  how: (broken) => migrations.postCopy({ push: mbps(5), broken }),
});

/** Moved group by group on checkpoints. */
export const migrateByGroupsScenario: Scenario = moveScenario({
  name: "migrate-by-groups",
  description: "the same moved group by group on checkpoints",
  how: () => migrations.groupByGroup({ pages: 8, interval: ms(10) }),
});
