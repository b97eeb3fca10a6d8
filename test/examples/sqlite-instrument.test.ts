// SQLite that marks what it stores: it answers and holds the same, and no page that changes goes unmarked.
import { beforeAll, describe, expect, test } from "vitest";
import { drawStatement, openScratchDatabase } from "../../bench/instrument/database.ts";
import { loadSqlite, type Sqlite } from "../../examples/sqlite/sqlite.ts";
import {
  InstrumentedTracker,
  type InstrumentedTrackerDefects,
} from "../../src/memory/instrumented-tracker.ts";
import type { Memory } from "../../src/memory/memory.ts";
import { ShadowTracker } from "../../src/memory/shadow-tracker.ts";
import { RandomStream } from "../../src/sim/random.ts";
import { continueTwice, MachineDriver } from "../guest/machine-driver.ts";

let sqlite: Sqlite;

beforeAll(async () => {
  sqlite = await loadSqlite();
});

test("sqlite, instrumented: a bank does the same as one that is not", () => {
  for (let seed = 0; seed < 4; seed += 1) {
    const [plain, marked] = [false, true].map((instrument) =>
      continueTwice(sqlite({ instrument }), seed, { budgetMaxNs: 70_000 }),
    );
    expect(marked).toEqual(plain);
  }
});

interface Followed {
  /** Pages that changed, one for each time. */
  readonly changed: number;
  /** Those of them that were not marked. */
  readonly missed: number;
}

/** Follows a memory by comparison and by marks, from one piece of work to the next. */
function follow(
  memory: Memory,
  work: readonly (() => void)[],
  broken: InstrumentedTrackerDefects = {},
): Followed {
  const [shadow, tracker] = [
    new ShadowTracker(memory),
    new InstrumentedTracker(memory, { broken }),
  ];
  shadow.start();
  tracker.start();
  const counts = { changed: 0, missed: 0 };
  for (const act of work) {
    act();
    const marked = tracker.collect();
    for (const page of shadow.collect()) {
      counts.changed += 1;
      if (!marked.has(page)) counts.missed += 1;
    }
  }
  return counts;
}

/** A bank that answers requests, followed from one to the next. */
function followBank(broken?: InstrumentedTrackerDefects): Followed {
  const image = sqlite({ instrument: true });
  const machine = new MachineDriver(image);
  const workload = image.workload(1, new RandomStream(1, "workload"));
  const ask = (_: unknown, at: number) => (): void => {
    machine.ask(1, at + 1, workload.request(at + 1));
  };
  return follow(machine.guest.memory, Array.from({ length: 60 }, ask), broken);
}

test("sqlite, instrumented: packets that the card writes are marked too", () => {
  expect(followBank()).toMatchObject({ missed: 0 });
  expect(followBank().changed).toBeGreaterThan(300);
});

test("sqlite, instrumented: without marks for what the host writes, pages are missed", () => {
  expect(followBank({ hostWritesUnmarked: true }).missed).toBeGreaterThan(0);
});

describe("sqlite, instrumented: random statements", () => {
  test("sqlite, instrumented: each page that changes is marked", async () => {
    const { memory, tryExecute } = await openScratchDatabase({ instrument: true });
    const random = new RandomStream(2, "statements");
    const execute = (): void => {
      for (let left = 1 + random.below(3); left > 0; left -= 1) tryExecute(drawStatement(random));
    };
    const { changed, missed } = follow(memory, new Array<() => void>(400).fill(execute));
    expect(missed).toBe(0);
    expect(changed).toBeGreaterThan(4_000);
  });

  test("sqlite, instrumented: the memory is the same as without marks, whatever was executed", async () => {
    const databases = await Promise.all(
      [false, true].map((instrument) => openScratchDatabase({ instrument })),
    );
    for (const { tryExecute } of databases) {
      const random = new RandomStream(3, "statements");
      for (let left = 300; left > 0; left -= 1) tryExecute(drawStatement(random));
    }
    const [plain, marked] = databases.map(({ memory }) => memory);
    const pageCount = plain!.regions[0]!.pageCount;
    expect(marked!.regions[0]!.pageCount).toBe(pageCount);
    for (let page = 0; page < pageCount; page += 1) {
      expect(Buffer.compare(plain!.page(page), marked!.page(page))).toBe(0);
    }
  });
});
