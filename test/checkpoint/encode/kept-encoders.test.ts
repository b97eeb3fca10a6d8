import { expect, test } from "vitest";
import { encodings } from "../../../src/checkpoint/encode/encodings.ts";
import { KeptEncoders } from "../../../src/checkpoint/encode/kept-encoders.ts";

test("kept encoders: one for each encoding, always the same, and none of another machine", () => {
  const [one, other] = [encodings.wordDifference(), encodings.wordDifference()];
  const kept = new KeptEncoders();
  const first = kept.of(one);
  expect(kept.of(one)).toBe(first);
  expect(kept.of(other)).not.toBe(first);
  expect(new KeptEncoders().of(one)).not.toBe(first);
});
