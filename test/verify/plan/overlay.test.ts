import fc from "fast-check";
import { expect, test } from "vitest";
import { any, least, Overlay, sum } from "../../../src/verify/plan/overlay.ts";

/** A value, and everything that was written to it. */
function overlaid(start: number, combine: (value: number, faults: readonly number[]) => number) {
  const written: number[] = [];
  let value = start;
  const overlay = new Overlay({
    read: () => value,
    write: (next) => {
      value = next;
      written.push(next);
    },
    combine,
  });
  return {
    overlay,
    written,
    value: () => value,
    set: (next: number) => {
      value = next;
    },
  };
}

test("overlay: a fault changes the value, its end changes it back", () => {
  const { overlay, written } = overlaid(10, sum);
  const end = overlay.add(5);
  end();
  end();
  expect(written).toEqual([15, 10]);
});

test("overlay: of faults that overlap the last one to end restores the value", () => {
  const { overlay, written, value } = overlaid(0, any);
  const first = overlay.add(1);
  const second = overlay.add(1);
  first();
  expect(value()).toBe(1);
  second();
  expect(written).toEqual([1, 0]);
});

test("overlay: a fault that changes nothing writes nothing", () => {
  const { overlay, written } = overlaid(3, least);
  const first = overlay.add(5);
  const second = overlay.add(2);
  first();
  second();
  expect(written).toEqual([2, 3]);
});

test("overlay: what somebody else changed between two faults is kept", () => {
  const { overlay, value, set } = overlaid(10, sum);
  overlay.add(1)();
  set(20);
  const end = overlay.add(1);
  expect(value()).toBe(21);
  end();
  expect(value()).toBe(20);
});

test("overlay: however faults overlap, the value is that of those that go on", () => {
  const combine = fc.constantFrom(any, least, sum);
  const steps = fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 30 });
  fc.assert(
    fc.property(combine, fc.nat(9), steps, (combine, start, steps) => {
      const { overlay, value } = overlaid(start, combine);
      const active: { readonly amount: number; readonly end: () => void }[] = [];
      for (const [amount, which] of steps) {
        const [gone] = which < active.length ? active.splice(which, 1) : [];
        if (gone === undefined) active.push({ amount, end: overlay.add(amount) });
        else gone.end();
        const amounts = active.map((each) => each.amount);
        expect(value()).toBe(amounts.length === 0 ? start : combine(start, amounts));
      }
      for (const { end } of active.reverse()) end();
      expect(value()).toBe(start);
    }),
  );
});
