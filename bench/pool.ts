// pooled memory beside checkpoints: how long a machine stands still and is away, against the pages that it writes
import { ms, Simulation, type StandinRecord, schemes, seconds } from "standin";
import { counter } from "standin/guests";

const MIB = 1024 * 1024;
const MEMORY_BYTES = 32 * MIB;
const CRASH_NS = ms(512);
const REWRITTEN = [8, 64, 512, 4_096];

interface Measured {
  readonly pages: number;
  readonly stoppedUs: number;
  readonly protectedUs: number;
  readonly bytesPerEpoch: number;
  readonly recoveryMs: number;
  readonly failoverBytes: number;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** One machine whose every request writes so many pages; its primary dies. */
function measure(kind: "checkpoint" | "pooled", rewritePages: number): Measured {
  const sim = new Simulation({ seed: 1 });
  const { a, b, c } = sim.hosts(["a", "b", "c"]);
  const image = counter({ memoryBytes: MEMORY_BYTES, touchPages: rewritePages, rewritePages });
  const pair = { primary: a, secondary: b };
  const pool =
    kind === "pooled" ? sim.pool("pool", { capacityBytes: 8 * MEMORY_BYTES }) : undefined;
  const machine =
    pool === undefined
      ? sim.protect(image, { ...pair, scheme: schemes.checkpoint() })
      : sim.protect(image, { ...pair, spares: [c], scheme: schemes.pooled({ pool }) });
  sim.client(machine, { requests: 500, think: ms(2) });
  const [stops, protectedNs, pages]: [number[], number[], number[]] = [[], [], []];
  let [pausedAtNs, servingAtNs, epochs, sent, failoverBytes] = [0, 0, 0, 0, 0];
  sim.trace.addSink({
    record(atNs, _position, traced) {
      const record = traced as StandinRecord;
      const isDown = atNs >= CRASH_NS && servingAtNs === 0;
      switch (record.kind) {
        case "checkpoint.started":
          pausedAtNs = atNs;
          break;
        case "checkpoint.copied":
          if (atNs < CRASH_NS) pages.push(record.pages);
          break;
        case "checkpoint.resumed":
          if (atNs < CRASH_NS) stops.push(record.pauseNs);
          break;
        case "checkpoint.acknowledged":
          if (atNs >= CRASH_NS) break;
          protectedNs.push(atNs - pausedAtNs);
          epochs += 1;
          break;
        case "link.sent":
          // Every link, those to the pool and the witness, too, with all questions; not those to clients.
          if (record.from === "switch" || record.to === "switch") break;
          if (record.from.startsWith("client") || record.to.startsWith("client")) break;
          if (isDown) failoverBytes += record.bytes;
          else if (atNs < CRASH_NS) sent += record.bytes;
          break;
        case "failover.serving":
          servingAtNs = atNs;
          break;
        default:
      }
    },
  });
  sim.at(CRASH_NS, () => a.crash());
  sim.run({ until: seconds(2) });
  return {
    pages: median(pages),
    stoppedUs: median(stops) / 1_000,
    protectedUs: median(protectedNs) / 1_000,
    bytesPerEpoch: sent / epochs,
    recoveryMs: (servingAtNs - CRASH_NS) / 1_000_000,
    failoverBytes,
  };
}

const columns = [
  "scheme",
  "pages",
  "stopped us",
  "protected us",
  "KiB/epoch",
  "away ms",
  "B till then",
];
const line = (cells: readonly string[]): string => cells.map((cell) => cell.padStart(13)).join("");
console.log(
  "counter of 32 MiB, 25 ms epochs, profile modern; medians; the primary dies at 512 ms\n",
);
console.log(line(columns));
for (const rewritten of REWRITTEN) {
  for (const kind of ["checkpoint", "pooled"] as const) {
    const found = measure(kind, rewritten);
    console.log(
      line([
        kind,
        String(found.pages),
        found.stoppedUs.toFixed(1),
        found.protectedUs.toFixed(1),
        (found.bytesPerEpoch / 1024).toFixed(2),
        found.recoveryMs.toFixed(2),
        String(found.failoverBytes),
      ]),
    );
  }
}
