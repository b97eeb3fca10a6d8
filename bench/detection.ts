// false suspicions and false failovers an hour, and the time to notice a crash, by time-out, loss, pauses and paths
import {
  type DetectionSettings,
  detectionSettings,
} from "#src/cluster/detection/detection-options";
import { Heartbeat } from "#src/cluster/heartbeat";
import { claimTerm } from "#src/cluster/term-claimant";
import { Witness } from "#src/cluster/witness";
import { ClientNetwork } from "#src/host/client-network";
import type { Host } from "#src/host/host";
import { Network } from "#src/host/network";
import { Engine } from "#src/sim/engine";
import { type Process, sleep } from "#src/sim/process";
import { race } from "#src/sim/race";
import { ms, type Nanoseconds, seconds } from "#src/sim/time";

const HOURS = Number(process.argv[2] ?? 1);
const CRASHES = Number(process.argv[3] ?? 300);
const HEARTBEAT_NS = ms(10);
/** In milliseconds; all of them, unless some are named: `50,100`. */
const TIMEOUTS_MS = (process.argv[4] ?? "50,100,200,500").split(",").map(Number);
const LOSSES = [0, 0.01, 0.1, 0.3];
const PATHS = [["link"], ["link", "switch"]] as const;

/** A host stands still before one in so many of the heartbeats that it would send, for so long. */
interface Pauses {
  readonly oneIn: number;
  readonly forNs: Nanoseconds;
}

const PAUSES: readonly (Pauses | undefined)[] = [
  undefined,
  { oneIn: 10_000, forNs: ms(80) },
  { oneIn: 10_000, forNs: ms(300) },
];

interface Setting {
  readonly settings: DetectionSettings;
  readonly loss: number;
  readonly pauses: Pauses | undefined;
}

/** Two hosts that live, a witness that decides, and the faults of a setting. */
function cluster({ settings, loss, pauses }: Setting, seed: number) {
  const engine = new Engine({ seed });
  const network = new Network(engine);
  const clients = new ClientNetwork(engine);
  const [a, b, w] = ["a", "b", "w"].map((name) => network.addHost(name)) as [Host, Host, Host];
  network.connect(a, b, { loss });
  network.connect(a, w);
  network.connect(b, w);
  // As much on the other path: half on each of its two cables, near enough.
  if (settings.paths.length > 1) {
    for (const host of [a, b]) clients.cable(host).up.change({ loss });
  }
  const owner = engine.createOwner("misfortune");
  for (const host of pauses === undefined ? [] : [a, b]) {
    engine.spawn(`pauses of ${host.name}`, owner, () => standStill(engine, host, pauses as Pauses));
  }
  return { engine, network, clients, a, b, witness: new Witness(engine, network, w), owner };
}

function* standStill(engine: Engine, host: Host, { oneIn, forNs }: Pauses): Process<never> {
  const random = engine.random(`pauses of ${host.name}`);
  for (;;) {
    yield* sleep(random.between(1, 2 * oneIn) * HEARTBEAT_NS);
    host.pause();
    yield* sleep(forNs);
    host.resume();
  }
}

/** What two hosts that never die think of each other in so many hours. */
function falseAlarms(setting: Setting): { suspicions: number; failovers: number; lost: number } {
  const { engine, network, clients, a, b, witness, owner } = cluster(setting, 1);
  let [suspicions, failovers, lost] = [0, 0, 0];
  engine.trace.addSink({
    record(_atNs, _position, { kind }) {
      if (kind === "failure.suspected") suspicions += 1;
    },
  });
  // Each protection is a machine of its own, so that the witness, and the ports, know it from the last.
  function* protect(): Process<never> {
    for (let round = 1; ; round += 1) {
      const machine = `m${round}`;
      witness.register(machine, "a");
      const side = (host: Host, peer: string) => {
        const parties = { engine, network, clients, host, peer, machine, term: 1 };
        const beat = new Heartbeat(parties, setting.settings);
        return engine.spawn(`${machine} on ${host.name}`, host.owner, function* () {
          yield* beat.suspected.wait();
          beat.stop();
          return yield* claimTerm({ engine, network, host, machine, witness: "w" }, 2);
        });
      };
      const [ofA, ofB] = [side(a, "b"), side(b, "a")];
      const end = yield* race({ a: ofA.join(), b: ofB.join() });
      if (end.key === "a" && end.value) lost += 1;
      if (end.key === "b" && end.value) failovers += 1;
      // Both have decided, and begin anew.
      yield* ofA.join();
      yield* ofB.join();
    }
  }
  engine.spawn("protections", owner, protect);
  engine.run({ until: HOURS * 3600 * seconds(1) });
  return { suspicions, failovers, lost };
}

/** How long a crash goes unnoticed; the other host is disturbed like any. */
function timesToNotice(setting: Setting): readonly Nanoseconds[] {
  const times: Nanoseconds[] = [];
  for (let seed = 1; times.length < CRASHES && seed <= CRASHES * 4; seed += 1) {
    const { engine, network, clients, a, b } = cluster({ ...setting, pauses: undefined }, seed);
    const common = { engine, network, clients, machine: "m", term: 1 };
    new Heartbeat({ ...common, host: a, peer: "b" }, setting.settings);
    const { suspected } = new Heartbeat({ ...common, host: b, peer: "a" }, setting.settings);
    const crashNs = seconds(1) + engine.random("crash").below(HEARTBEAT_NS * 10);
    engine.run({ until: crashNs });
    // It was taken for dead before it was.
    if (suspected.isSet) continue;
    a.crash();
    while (!suspected.isSet) engine.run({ until: engine.now + ms(1) });
    times.push(engine.now - crashNs);
  }
  return times.sort((one, other) => one - other);
}

function atShare(times: readonly Nanoseconds[], share: number): string {
  const time = times[Math.min(times.length - 1, Math.floor(times.length * share))];
  return time === undefined ? "–" : (time / ms(1)).toFixed(0);
}

function perHour(count: number): string {
  return count === 0 ? "0" : (count / HOURS).toLocaleString("en", { maximumFractionDigits: 1 });
}

console.log(
  `Heartbeats every 10 ms; ${HOURS} h of virtual time each, ${CRASHES} crashes; per hour, times in ms\n`,
);
console.log(
  "| time-out | paths | loss | pauses | suspicions | failovers | protection lost | noticed, median | p99 |",
);
console.log("|---|---|---|---|---|---|---|---|---|");
for (const timeoutMs of TIMEOUTS_MS) {
  for (const paths of PATHS) {
    for (const loss of LOSSES) {
      const settings = detectionSettings({
        timeout: ms(timeoutMs),
        heartbeat: HEARTBEAT_NS,
        paths,
      });
      const times = timesToNotice({ settings, loss, pauses: undefined });
      for (const pauses of PAUSES) {
        const { suspicions, failovers, lost } = falseAlarms({ settings, loss, pauses });
        const shown =
          pauses === undefined ? "none" : `1 in ${pauses.oneIn}, ${pauses.forNs / ms(1)} ms`;
        const cells = [
          `${timeoutMs} ms`,
          paths.length === 1 ? "one" : "two",
          `${loss * 100} %`,
          shown,
        ];
        const counts = [suspicions, failovers, lost].map(perHour);
        const noticed = [atShare(times, 0.5), atShare(times, 0.99)];
        console.log(`| ${[...cells, ...counts, ...noticed].join(" | ")} |`);
      }
    }
  }
}
