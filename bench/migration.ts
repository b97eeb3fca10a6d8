// live migration beside the figures of NSDI'05 (SPECweb99, 1/16 of its size), and the three ways beside each other; --short leaves out the first

import { migrations } from "#src/cluster/migration/migrations";
import type { MigrationRecord } from "#src/cluster/migration/records";
import type { MigrationWay } from "#src/cluster/migration/way";
import type { ClusterRecord } from "#src/cluster/records";
import { counter } from "#src/guest/counter";
import { mbps } from "#src/host/bandwidth";
import { remus2008 } from "#src/host/profiles/remus2008";
import { ms, seconds } from "#src/sim/time";
import type { TraceSink } from "#src/sim/trace";
import { Simulation } from "#src/simulation/simulation";
import { webServer, writtenPages } from "./migration/web-server.ts";

const MB = 1_000_000;
const SCALE = 16;

/** SPECweb99 (800 MB), NSDI'05: MB sent in each round, the last with the machine stopped. */
const ROUNDS_MB = [676.8, 126.7, 39.0, 28.4, 24.2, 16.7, 14.2, 15.3, 18.2];
/** Dirty rates during the rounds, Mbit/s. */
const DIRTY_MBITS = [26, 62, 139, 257, 329, 453, 588, 439];
/** What the rule makes of them, Mbit/s: the minimum, then 50 more than the rate before, at most the maximum. */
const RATES_MBITS = [0, ...DIRTY_MBITS].map((rate, index) =>
  index === 0 ? 100 : Math.min(500, Math.max(100, rate + 50)),
);

function published(): void {
  // What is given to the machine: bytes written in the time that each published round took.
  const points = DIRTY_MBITS.slice(0, 6).map((rate, index) => {
    const tookSeconds = (ROUNDS_MB[index]! * 8) / RATES_MBITS[index]!;
    return [tookSeconds, (rate * MB * tookSeconds) / 8 / SCALE] as const;
  });
  points.reverse();
  const image = webServer(writtenPages(points, Math.floor((800 * MB) / SCALE / 4_096)));
  // The published dirty rates were measured with the machine slowed down by tracking already.
  const simulation = new Simulation({
    seed: 1,
    profile: { ...remus2008, runningPenaltyPpm: 0 },
  });
  const link = { bandwidth: mbps(1_000 / SCALE) };
  const { a, b, c } = simulation.hosts(["a", "b", "c"], link);
  const machine = simulation.protect(image, { primary: a, secondary: b });
  const at = new Map<string, number>();
  let stoppedPages = 0;
  simulation.trace.addSink({
    record(atNs, _position, traced) {
      const record = traced as MigrationRecord | ClusterRecord;
      at.set(record.kind, atNs);
      if (record.kind === "migration.stopped") stoppedPages = record.pages;
    },
  } satisfies TraceSink);
  simulation.run({ until: ms(1) });
  const moving = simulation.migrate(machine, {
    to: c,
    how: migrations.preCopy({
      minimum: mbps(100 / SCALE),
      maximum: mbps(500 / SCALE),
      increment: mbps(50 / SCALE),
      remainBytes: (256 * 1_024) / SCALE,
    }),
  });
  while (moving.outcome === "under way") simulation.run({ until: simulation.now + seconds(1) });

  const scaled = (pages: number): number => (pages * 4_096 * SCALE) / MB;
  const rows = moving.rounds.map(({ pages, bitsPerSecond, dirtyBitsPerSecond, tookNs }) => [
    scaled(pages),
    (bitsPerSecond * SCALE) / MB,
    (dirtyBitsPerSecond * SCALE) / MB,
    tookNs / 1e9,
  ]);
  console.log(`SPECweb99, 800 MB, scaled by 1/${SCALE} and back; ${moving.outcome}\n`);
  console.log("| round | MB, published | MB | Mbit/s | dirty, published | dirty | s |");
  console.log("|---|---|---|---|---|---|---|");
  for (let index = 0; index < ROUNDS_MB.length - 1; index += 1) {
    const row = rows[index];
    const shown = row?.map((value, column) =>
      value.toFixed(column === 3 ? 2 : column === 0 ? 1 : 0),
    );
    const [size, rate, dirty, took] = shown ?? ["–", "–", "–", "–"];
    const [mb, published] = [ROUNDS_MB[index]!.toFixed(1), DIRTY_MBITS[index]];
    console.log(`| ${index + 1} | ${mb} | ${size} | ${rate} | ${published} | ${dirty} | ${took} |`);
  }
  const stopped = scaled(stoppedPages).toFixed(1);
  console.log(`| stopped | ${ROUNDS_MB.at(-1)} | ${stopped} | 500 | | | |`);
  const sent = rows.reduce((sum, [size]) => sum + size!, 0) + scaled(stoppedPages);
  const between = (from: string, to: string): string =>
    ((at.get(to)! - at.get(from)!) / 1e6).toFixed(0);
  console.log(`
| | published | here |
|---|---|---|
| sent, MB | 960 | ${sent.toFixed(0)} |
| total, s | 71 | ${(moving.totalNs! / 1e9).toFixed(1)} |
| copying while stopped, ms | 201 | ${between("migration.stopped", "handover.ready")} |
| handing over and starting, ms | 9 | ${between("handover.ready", "failover.serving")} |
`);
}

/** One machine of 2,048 written pages, moved in each way in the middle of the same traffic. */
function threeWays(): void {
  const ways: readonly MigrationWay[] = [
    migrations.preCopy(),
    migrations.postCopy(),
    migrations.groupByGroup(),
  ];
  console.log(
    "8 MiB of memory, some 800 requests a second that each write 2 pages of it, 1 Gbit/s\n",
  );
  console.log(
    "| way | total, ms | stopped, ms | MiB sent | pages waited for | mean latency before, µs | in 100 ms after, µs | longest, ms |",
  );
  console.log("|---|---|---|---|---|---|---|---|");
  for (const how of ways) {
    const simulation = new Simulation({ seed: 1 });
    const { a, b, c } = simulation.hosts(["a", "b", "c"], { bandwidth: mbps(1_000) });
    const image = counter({ memoryBytes: 16 << 20, touchPages: 2_048, rewritePages: 2 });
    const machine = simulation.protect(image, { primary: a, secondary: b });
    const client = simulation.client(machine, {
      requests: 4_000,
      think: ms(1),
      timeout: ms(20),
    });
    const latencies: (readonly [atNs: number, latencyNs: number])[] = [];
    let servedNs = 0;
    simulation.trace.addSink({
      record(atNs, _position, traced) {
        if (traced.kind === "request.acknowledged") {
          const { latencyNs } = traced as unknown as { latencyNs: number };
          latencies.push([atNs, latencyNs]);
        }
        if (traced.kind === "address.moved") servedNs = atNs;
      },
    });
    simulation.run({ until: ms(200) });
    machine.dismiss();
    simulation.run({ until: ms(500) });
    const moving = simulation.migrate(machine, { to: c, how });
    simulation.run({ until: seconds(6) });
    if (client.lost.length + client.duplicated.length > 0) throw new Error("a request was lost");
    const mean = (fromNs: number, toNs: number): string => {
      const chosen = latencies.filter(([atNs]) => atNs >= fromNs && atNs < toNs);
      const sum = chosen.reduce((total, [, latencyNs]) => total + latencyNs, 0);
      return (sum / chosen.length / 1e3).toFixed(0);
    };
    const longest = Math.max(...latencies.map(([, latencyNs]) => latencyNs));
    const [total, stopped] = [moving.totalNs! / 1e6, moving.downtimeNs! / 1e6];
    console.log(
      `| ${how.name} | ${total.toFixed(1)} | ${stopped.toFixed(2)} | ${(moving.bytes / 2 ** 20).toFixed(1)} | ${moving.awaitedPages} | ${mean(ms(400), ms(500))} | ${mean(servedNs, servedNs + ms(100))} | ${(longest / 1e6).toFixed(1)} |`,
    );
  }
}

if (!process.argv.includes("--short")) published();
threeWays();
