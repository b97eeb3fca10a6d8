import fc from "fast-check";
import { expect, test } from "vitest";
import { findJsonDamage } from "../../../src/verify/history/damaged-json.ts";

test.each([
  ['[{"a":1},{"b":[2]', 1, true],
  ['  [{"a":1}', 0, true],
  ["[", 0, true],
  ['[1,2,"ab', 2, true],
  ['["]",{"a":"\\"}"},', 2, true],
  ['[1,2,"ab\\', 2, true],
  ["[1,,2]", 1, false],
  ["[1,x,2]", 1, false],
  ["[1,2,]", 2, false],
  ["[1,2}", 2, false],
  ["[1] 2", 1, false],
  ["[1 2, 3", 0, false],
])("damaged JSON: %s", (text, elements, truncated) => {
  expect(() => {
    JSON.parse(text);
  }).toThrow();
  expect(findJsonDamage(text)).toEqual({ elements, truncated });
});

test("damaged JSON: an array that is cut anywhere ends too early, behind its whole elements", () => {
  const array = fc.array(fc.jsonValue({ maxDepth: 3 }), { minLength: 1 });
  fc.assert(
    fc.property(array, fc.nat(), (values, cut) => {
      const text = JSON.stringify(values);
      const part = text.slice(0, 1 + (cut % (text.length - 1)));
      const { elements, truncated } = findJsonDamage(part);
      expect(truncated).toBe(true);
      const whole = values.slice(0, elements).map((value) => JSON.stringify(value));
      expect(part.startsWith(`[${whole.join(",")}`)).toBe(true);
      const more = JSON.stringify(values.slice(0, elements + 1)).slice(0, -1);
      expect(part.startsWith(`${more},`)).toBe(false);
    }),
  );
});
