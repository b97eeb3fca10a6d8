import { gbps, ms, Simulation, schemes, seconds, us } from "standin";
import { counter } from "standin/guests";
import { expect, test } from "vitest";

test("no acknowledged increment is lost when the primary dies", () => {
  const sim = new Simulation({ seed: 7 });
  const { a, b } = sim.hosts(["a", "b"], { latency: us(50), bandwidth: gbps(10) });
  const machine = sim.protect(counter(), {
    primary: a,
    secondary: b,
    scheme: schemes.checkpoint({ interval: ms(25) }),
  });
  const client = sim.client(machine, { requests: 1_000, think: us(200) });

  sim.at(ms(310), () => a.crash());
  sim.run({ until: seconds(2) });

  expect(machine.activeHost).toBe(b);
  expect(client.acknowledged).toBe(1_000); // every increment answered, across the failover
  expect(client.lost).toEqual([]); // and still there afterwards
  expect(client.duplicated).toEqual([]); // none applied twice
});
