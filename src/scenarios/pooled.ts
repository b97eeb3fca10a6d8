import { keyValue } from "../guest/key-value.ts";
import { pooled } from "../schemes/pooled.ts";
import { ms, seconds, us } from "../sim/time.ts";
import { defectsOf } from "../verify/zoo.ts";
import type { Scenario } from "./scenario.ts";

/** Room for one such machine, and as much again. */
const CAPACITY_BYTES: number = 64 * 1024 * 1024;

/**
 * One key-value store whose memory is in a pool, three hosts that may serve it, two clients. The scheme is the
 * pooled one, whichever is asked for: it is what the scenario is about.
 */
export const pooledScenario: Scenario = {
  name: "pooled",
  description: "a key-value store whose memory is in a pool that three hosts share, two clients",
  until: seconds(1),
  wanted: ["failover.serving", "access.given", "stand-by.mapped", "secondary.lost"],
  build(simulation, { interval, link, detection, client, broken = [] }) {
    const defects = defectsOf(broken);
    const { a, b, c } = simulation.hosts(["a", "b", "c"], { latency: us(50), ...link });
    const pool = simulation.pool("pool", {
      capacityBytes: CAPACITY_BYTES,
      ...(link === undefined ? {} : { link }),
    });
    const machine = simulation.protect(keyValue({ ...defects.program, serviceNs: us(150) }), {
      name: "pooled",
      primary: a,
      secondary: b,
      spares: [c],
      scheme: pooled({
        pool,
        ...(interval === undefined ? {} : { interval }),
        broken: defects.pooled ?? {},
      }),
      ...(detection === undefined ? {} : { detection }),
    });
    for (let made = 0; made < 2; made += 1) {
      simulation.client(machine, { requests: 100, think: ms(7), ...client });
    }
  },
};
