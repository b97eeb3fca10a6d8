// covers src/memory/tracker-for.ts, src/memory/combined-tracker.ts
import { expect, test } from "vitest";
import { CombinedTracker } from "../../src/memory/combined-tracker.ts";
import { Memory } from "../../src/memory/memory.ts";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { trackerFor } from "../../src/memory/tracker-for.ts";
import { InvariantError } from "../../src/sim/errors.ts";
import { addWasm, sparseMachine, WASM_BASE } from "./machines.ts";
import { describeTracker, isCaught } from "./tracker-contract.ts";
import { subject } from "./tracker-subjects.ts";

const both = { seen: true, unseen: true };

describeTracker("as chosen, both kinds of regions", () => subject(both, (m) => trackerFor(m)));
describeTracker("as chosen, stores seen", () =>
  subject({ seen: true, unseen: false }, (memory) => trackerFor(memory)),
);
describeTracker("as chosen, stores unseen", () =>
  subject({ seen: false, unseen: true }, (memory) => trackerFor(memory)),
);

test("tracker for: dirty flags where stores are seen, comparison elsewhere", () => {
  const memory = sparseMachine(4);
  expect(trackerFor(memory).name).toBe("slat");
  addWasm(memory);
  expect(trackerFor(memory).name).toBe("slat+shadow");
  const unseen = new Memory();
  addWasm(unseen);
  expect(trackerFor(unseen).name).toBe("shadow");
  expect(trackerFor(new Memory()).name).toBe("slat");
});

test("tracker for: of both kinds together only the unseen region is compared", () => {
  const memory = sparseMachine(4);
  const linear = addWasm(memory);
  const tracker = trackerFor(memory);
  tracker.start();
  const { comparedPages } = tracker.work;
  memory.store8(PAGE_SIZE, 1);
  new Uint8Array(linear.buffer)[0] = 1;
  expect(tracker.collect().toArray()).toEqual([1, WASM_BASE]);
  expect(tracker.work.comparedPages - comparedPages).toBe(16);
  expect(tracker.work.collectedPages).toBe(2);
});

test("tracker for: the defect of not invalidating is passed on and noticed", () => {
  expect(isCaught(() => subject(both, (m) => trackerFor(m, { invalidate: false })))).toBe(true);
});

test("combined tracker: a combination of nothing is a defect", () => {
  expect(() => new CombinedTracker([])).toThrow(InvariantError);
});
