import fc from "fast-check";
import { expect, test } from "vitest";
import { InvariantError } from "../../src/sim/errors.ts";
import { Ring } from "../../src/sim/ring.ts";

test("ring: behaves as a list with a bound", () => {
  const commands = fc.array(fc.constantFrom("push", "push", "push", "shift", "clear"), {
    minLength: 60,
    maxLength: 300,
    size: "max",
  });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), commands, (capacity, steps) => {
      const ring = new Ring<number>(capacity);
      let model: number[] = [];
      steps.forEach((step, i) => {
        if (step === "clear" && i % 7 === 0) {
          ring.clear();
          model = [];
        } else if (step === "shift" && model.length > 0) {
          expect(ring.shift()).toBe(model.shift());
        } else if (step === "push" && !ring.isFull) {
          ring.push(i);
          model.push(i);
        }
        expect(ring.length).toBe(model.length);
        expect(ring.isFull).toBe(model.length === capacity);
        expect(ring.toArray()).toEqual(model);
      });
    }),
  );
});

test("ring: too much, too little and no room at all are refused", () => {
  const ring = new Ring<string>(1);
  expect(() => ring.shift()).toThrow(InvariantError);
  ring.push("a");
  expect(() => ring.push("b")).toThrow(InvariantError);
  expect(() => new Ring(0)).toThrow(InvariantError);
});
