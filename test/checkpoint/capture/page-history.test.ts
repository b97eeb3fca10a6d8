import { expect, test } from "vitest";
import { HISTORY_EPOCHS, PageHistory } from "../../../src/checkpoint/capture/page-history.ts";
import { RandomStream } from "../../../src/sim/random.ts";

test("page history: it counts as a list of epochs would, over any span, and forgets", () => {
  const random = new RandomStream(5, "test: page history");
  const pages = [0, 1, 63, 64, 70_000];
  const history = new PageHistory();
  const lists = new Map<number, number[]>(pages.map((page) => [page, []]));
  for (let epoch = 1; epoch < 400; epoch += 1) {
    // now and then nothing happens for longer than is remembered
    if (epoch % 100 > 60) continue;
    for (const page of pages) {
      const list = lists.get(page)!;
      for (const span of [1, 8, 31, HISTORY_EPOCHS]) {
        const expected = list.filter((at) => at < epoch && at >= epoch - span).length;
        expect(history.count(page, epoch, span), `${page} ${epoch} ${span}`).toBe(expected);
      }
      if (random.below(3) > 0) {
        history.note(page, epoch);
        list.push(epoch);
      }
      if (random.below(20) === 0) {
        history.forget(page);
        list.length = 0;
      }
    }
  }
});

test("page history: what happens twice in an epoch counts once, and not in that epoch", () => {
  const history = new PageHistory();
  history.note(7, 3);
  history.note(7, 3);
  expect(history.count(7, 3, 8)).toBe(0);
  expect(history.count(7, 4, 8)).toBe(1);
  expect(history.count(7, 11, 8)).toBe(1);
  expect(history.count(7, 12, 8)).toBe(0);
  history.forget(9);
  expect(history.count(9, 4, 8)).toBe(0);
});
