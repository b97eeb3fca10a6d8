import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Memory } from "../../src/memory/memory.ts";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { PageSet } from "../../src/memory/page-set.ts";
import type { DirtyTracker } from "../../src/memory/tracker.ts";
import { changedPages, type Snapshot, snapshot } from "./snapshot.ts";

/** A write as it is drawn; a route makes of it what it can. */
export interface DrawnWrite {
  /** Page of the machine, counted over all its regions. */
  readonly page: number;
  readonly offset: number;
  readonly value: number;
  readonly length: number;
}

/** One way for bytes to get into memory. */
export type Route = (write: DrawnWrite) => void;

/** A machine with a tracker on it that has not started. */
export interface Subject {
  readonly memory: Memory;
  readonly tracker: DirtyTracker;
  /** All the ways of writing that the tracker claims to notice. */
  readonly routes: Readonly<Record<string, Route>>;
  /** The ways in which the machine's regions grow. */
  readonly growths: readonly (() => void)[];
}

type Step =
  | ({ readonly kind: "write"; readonly route: number } & DrawnWrite)
  | { readonly kind: "collect" | "grow" | "restart" | "load" };

/** What is drawn: steps that write, load, grow, collect, and stop and start the tracker. */
export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant("write" as const),
        route: fc.nat(),
        page: fc.nat(),
        offset: fc.oneof(fc.nat(PAGE_SIZE - 1), fc.integer({ min: PAGE_SIZE - 8, max: 4_095 })),
        value: fc.integer(),
        length: fc.integer({ min: 0, max: 3 * PAGE_SIZE }),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.constantFrom(
        { kind: "collect" as const },
        { kind: "collect" as const },
        { kind: "load" as const },
        { kind: "grow" as const },
        { kind: "restart" as const },
      ),
    },
  ),
  { maxLength: 60, size: "max" },
);

/** Goes through the steps; returns what was wrong, or `undefined`. */
export function violation(subject: Subject, drawn: readonly Step[]): string | undefined {
  const { memory, tracker, growths } = subject;
  const routes = Object.values(subject.routes);
  tracker.start();
  let before = snapshot(memory);
  let grown = 0;
  for (const step of [...drawn, { kind: "collect" } as const]) {
    if (step.kind === "write") routes[step.route % routes.length]!(step);
    else if (step.kind === "grow") growths[grown++]?.();
    else if (step.kind === "load") loadAll(memory);
    else if (step.kind === "restart") {
      tracker.stop();
      tracker.start();
      before = snapshot(memory);
    } else {
      const wrong = wrongCollection(subject, before);
      if (wrong !== undefined) return wrong;
      before = snapshot(memory);
    }
  }
  tracker.stop();
  return undefined;
}

/** Loads from every page: whatever translations are cached change, contents do not. */
function loadAll(memory: Memory): void {
  for (const { basePage, pageCount } of memory.regions) {
    for (let page = basePage; page < basePage + pageCount; page += 1) {
      memory.load8(page * PAGE_SIZE);
    }
  }
}

function wrongCollection({ memory, tracker }: Subject, before: Snapshot): string | undefined {
  const changed = changedPages(before, memory);
  const pages = tracker.collect().toArray();
  const missed = changed.filter((page) => !pages.includes(page));
  if (missed.length > 0) return `missed pages ${missed.join(", ")}`;
  if (pages.some((page, at) => at > 0 && page <= pages[at - 1]!)) return "pages not ascending";
  const outside = pages.filter((page) => memory.regionAt(page) === undefined);
  if (outside.length > 0) return `collected pages that do not exist: ${outside.join(", ")}`;
  const twice = tracker.collect();
  if (twice.size > 0) return `collected twice: ${twice.toArray().join(", ")}`;
  return undefined;
}

/** The page that a write to page 1 of the machine goes to. */
function pageOne(memory: Memory): number {
  return memory.regions[0]!.basePage + 1;
}

/** Whether some drawn run shows that the tracker does not keep the contract. */
export function isCaught(create: () => Subject): boolean {
  const property = fc.property(steps, (drawn) => violation(create(), drawn) === undefined);
  return fc.check(property, { numRuns: 300, seed: 1, endOnFailure: true }).failed;
}

/** What every tracker does. */
export function describeTracker(name: string, create: () => Subject): void {
  describe(`tracker contract: ${name}`, () => {
    test("tracker contract: no page that changed is missed, none is collected twice", () => {
      fc.assert(
        fc.property(steps, (drawn) => {
          expect(violation(create(), drawn)).toBeUndefined();
        }),
        { numRuns: 60 },
      );
    });

    test("tracker contract: every route is noticed, on every page", () => {
      const subject = create();
      const { memory, tracker, routes } = subject;
      tracker.start();
      for (const [route, write] of Object.entries(routes)) {
        const before = snapshot(memory);
        for (let page = 0; page < before.size; page += 1) {
          write({ page, offset: 24, value: 1 + Object.keys(routes).indexOf(route), length: 8 });
        }
        const changed = changedPages(before, memory);
        expect({ route, changes: changed.length > 0 }).toEqual({ route, changes: true });
        expect({ route, pages: tracker.collect().toArray() }).toEqual({ route, pages: changed });
      }
    });

    test("tracker contract: what was written before the start is not collected, after it is", () => {
      const { memory, tracker, routes } = create();
      const write = (value: number): void => {
        for (const route of Object.values(routes)) route({ page: 1, offset: 0, value, length: 4 });
        Object.values(routes)[0]!({ page: 1, offset: 0, value, length: 4 });
      };
      write(3);
      tracker.start();
      expect(tracker.collect().size).toBe(0);
      write(4);
      tracker.start();
      write(5); // where translations may be cached from before the start
      expect(tracker.collect().has(pageOne(memory))).toBe(true);
    });

    test("tracker contract: a new start begins anew", () => {
      const { tracker, routes } = create();
      const write = Object.values(routes)[0]!;
      tracker.start();
      write({ page: 1, offset: 0, value: 3, length: 4 });
      tracker.start();
      expect(tracker.collect().size).toBe(0);
      write({ page: 1, offset: 0, value: 4, length: 4 });
      write({ page: 2, offset: 0, value: 4, length: 4 }); // untouched while it followed at first
      expect(tracker.collect().size).toBe(2);
      write({ page: 1, offset: 0, value: 6, length: 4 });
      tracker.stop();
      tracker.start();
      expect(tracker.collect().size).toBe(0);
      write({ page: 1, offset: 0, value: 5, length: 4 });
      expect(tracker.collect().size).toBe(1);
    });

    test("tracker contract: pages are added to a set that is given, which is returned", () => {
      const { tracker, routes } = create();
      tracker.start();
      Object.values(routes)[0]!({ page: 1, offset: 0, value: 3, length: 4 });
      const pages = new PageSet([1_000_000]);
      expect(tracker.collect(pages)).toBe(pages);
      expect(pages.size).toBe(2);
      expect(pages.has(1_000_000)).toBe(true);
    });

    test("tracker contract: it collects only between start and stop", () => {
      const { tracker } = create();
      expect(() => tracker.collect()).toThrow("a tracker collects between start and stop");
      tracker.start();
      tracker.collect();
      tracker.stop();
      tracker.stop();
      expect(() => tracker.collect()).toThrow("a tracker collects between start and stop");
    });

    test("tracker contract: pages that a region has grown by are followed", () => {
      const { memory, tracker, routes, growths } = create();
      tracker.start();
      const before = snapshot(memory);
      for (const grow of growths) grow();
      expect(tracker.collect().size).toBe(0);
      const pages = snapshot(memory).size;
      expect(pages).toBeGreaterThan(before.size);
      const write = Object.values(routes)[0]!;
      for (let page = 0; page < pages; page += 1) write({ page, offset: 0, value: 3, length: 4 });
      expect(tracker.collect().toArray()).toEqual(changedPages(before, memory));
    });

    test("tracker contract: the work done is counted", () => {
      const { memory, tracker, routes } = create();
      tracker.start();
      const { scannedPages, comparedPages, collectedPages } = tracker.work;
      Object.values(routes)[0]!({ page: 1, offset: 0, value: 3, length: 4 });
      tracker.collect();
      const { work } = tracker;
      expect(work.collectedPages).toBe(collectedPages + 1);
      const looked = work.scannedPages + work.comparedPages - scannedPages - comparedPages;
      expect(looked).toBeGreaterThan(0);
      expect(looked).toBeLessThanOrEqual(snapshot(memory).size);
    });
  });
}
