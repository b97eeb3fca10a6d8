// 1,000 protected counters on 1,000 pairs of hosts, 64 MiB each with 64 pages touched: 1 s virtual
import { ms, Simulation, schemes, seconds, us } from "standin";
import { counter } from "standin/guests";

const PAIRS = Number(process.argv[2] ?? 1_000);
const MEMORY_BYTES = 64 * 1024 * 1024;
const MIB = 1024 * 1024;

const startedAt = performance.now();
const sim = new Simulation({ seed: 1 });
const image = counter({ memoryBytes: MEMORY_BYTES, touchPages: 64 });
for (let pair = 1; pair <= PAIRS; pair += 1) {
  const [primary, secondary] = [`a${pair}`, `b${pair}`];
  sim.hosts([primary, secondary]);
  const machine = sim.protect(image, {
    primary: sim.host(primary),
    secondary: sim.host(secondary),
    scheme: schemes.checkpoint({ interval: ms(25) }),
  });
  sim.client(machine, { requests: 100, think: ms(8) });
}
const builtAt = performance.now();
let rssPeak = process.memoryUsage().rss;
for (let slice = 1; slice <= 20; slice += 1) {
  sim.engine.run({ until: (seconds(1) * slice) / 20 });
  rssPeak = Math.max(rssPeak, process.memoryUsage().rss);
}
const ranAt = performance.now();
sim.run({ until: seconds(1) + us(1) });
const acknowledged = sim.clients.reduce((sum, client) => sum + client.acknowledged, 0);
const checkedAt = performance.now();

const row = (name: string, value: string): void => console.log(`  ${name.padEnd(26)}${value}`);
console.log(`${PAIRS} protected counters, 1 s virtual`);
row("built in", `${((builtAt - startedAt) / 1000).toFixed(2)} s`);
row("ran in", `${((ranAt - builtAt) / 1000).toFixed(2)} s`);
row("clients compared in", `${((checkedAt - ranAt) / 1000).toFixed(2)} s`);
row("events", `${sim.engine.events}, ${Math.round(sim.engine.events / (ranAt - builtAt))} a ms`);
row("resident memory, peak", `${Math.round(rssPeak / MIB)} MiB`);
row("requests acknowledged", String(acknowledged));
row("violations", String(sim.violations.length));
row("run hash", sim.hash);
