// SQLite with every store marked beside SQLite as it is: statements, dirty pages, the cost of finding them
import { InstrumentedTracker } from "#src/memory/instrumented-tracker";
import { PageSet } from "#src/memory/page-set";
import { ShadowTracker } from "#src/memory/shadow-tracker";
import { RandomStream } from "#src/sim/random";
import { drawStatement, openScratchDatabase, type ScratchDatabase } from "./instrument/database.ts";

const ROUNDS = Number(process.argv[2] ?? 300);
const EPOCHS = Number(process.argv[3] ?? 2_000);
const SEED = 1;

/** One kind of work, the same on both machines. */
interface Workload {
  readonly name: string;
  readonly run: (database: ScratchDatabase, round: number) => void;
}

const repeat = (count: number, act: (index: number) => void): void => {
  for (let index = 0; index < count; index += 1) act(index);
};

const WORKLOADS: readonly Workload[] = [
  {
    name: "100 inserts, a transaction each",
    run: ({ insert }, round) => repeat(100, (index) => insert(index, index * round)),
  },
  {
    name: "one insert of 400 rows, deleted again",
    run: ({ execute }) =>
      execute(
        "INSERT INTO bulk SELECT key, value, 'row ' || note FROM fixed WHERE key <= 400; DELETE FROM bulk",
      ),
  },
  {
    name: "200 queries for one row",
    run: ({ find }) => repeat(200, (index) => find(1 + ((index * 97) % 20_000))),
  },
  {
    name: "a scan of 1,000 rows with sums by group",
    run: ({ execute }) =>
      execute(
        "SELECT key % 17, sum(value), count(*) FROM fixed WHERE key <= 1000 GROUP BY key % 17",
      ),
  },
  {
    name: "a sort of 500 rows",
    run: ({ execute }) => execute("SELECT * FROM fixed WHERE key <= 500 ORDER BY value, note"),
  },
  {
    name: "an update of 400 rows",
    run: ({ execute }, round) =>
      execute(`UPDATE fixed SET value = ${round} WHERE key BETWEEN ${round} AND ${round + 400}`),
  },
];

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

/** What a run takes when nothing else is in its way: the lower tenth of many short ones. */
function undisturbed(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 10)] ?? NaN;
}

function timed(act: () => void): number {
  const startedAt = performance.now();
  act();
  return performance.now() - startedAt;
}

async function measureStatements(): Promise<void> {
  const databases = [
    await openScratchDatabase({ instrument: false }),
    await openScratchDatabase({ instrument: true }),
  ];
  console.log(`statements, lower tenths of ${ROUNDS} rounds, both machines in turns, in ms`);
  const ratios: number[] = [];
  for (const { name, run } of WORKLOADS) {
    const times = databases.map((): number[] => []);
    // The first rounds are for the compiler and do not count.
    for (let round = -ROUNDS; round < ROUNDS; round += 1) {
      for (const at of round % 2 === 0 ? [0, 1] : [1, 0]) {
        const time = timed(() => run(databases[at]!, round + ROUNDS));
        if (round >= 0) times[at]!.push(time);
      }
    }
    const [plain = NaN, marked = NaN] = times.map(undisturbed);
    ratios.push(marked / plain);
    console.log(
      `  ${name.padEnd(42)}${plain.toFixed(3).padStart(8)}${marked.toFixed(3).padStart(8)}  ${(marked / plain).toFixed(2)}`,
    );
  }
  console.log(`  median of the ratios ${median(ratios).toFixed(2)}`);
}

async function followRandomStatements(): Promise<void> {
  const { memory, tryExecute } = await openScratchDatabase({ instrument: true });
  const random = new RandomStream(SEED, "statements");
  const shadow = new ShadowTracker(memory);
  const marks = new InstrumentedTracker(memory);
  shadow.start();
  marks.start();
  const [changed, marked] = [new PageSet(), new PageSet()];
  const costs = { shadow: [] as number[], marks: [] as number[] };
  const total = { changed: 0, marked: 0, missed: 0 };
  for (let epoch = 0; epoch < EPOCHS; epoch += 1) {
    repeat(1 + random.below(4), () => tryExecute(drawStatement(random)));
    changed.clear();
    marked.clear();
    costs.marks.push(timed(() => marks.collect(marked)));
    costs.shadow.push(timed(() => shadow.collect(changed)));
    total.changed += changed.size;
    total.marked += marked.size;
    changed.forEach((page) => {
      if (!marked.has(page)) total.missed += 1;
    });
  }
  const megabytes = (memory.regions[0]?.pageCount ?? 0) / 256;
  const microseconds = (times: readonly number[]): string => (1_000 * median(times)).toFixed(1);
  console.log(`\n${EPOCHS} epochs of random statements, ${megabytes} MiB at the end`);
  console.log(
    `  changed pages ${total.changed}, marked ${total.marked}, changed and not marked ${total.missed}`,
  );
  console.log(
    `  collecting, median: marks ${microseconds(costs.marks)} µs, comparison ${microseconds(costs.shadow)} µs`,
  );
}

await measureStatements();
await followRandomStatements();
