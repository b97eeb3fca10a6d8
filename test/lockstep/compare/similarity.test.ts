import { expect, test } from "vitest";
import { Similarity } from "../../../src/lockstep/compare/similarity.ts";

test("similarity: the part of the last packets that was the same", () => {
  const similarity = new Similarity("packets", 4);
  expect(similarity.ppm).toBe(1_000_000);
  for (const isSame of [true, true, false]) similarity.note(100, isSame);
  expect(similarity.ppm).toBe(666_666);
  for (const isSame of [true, true, true]) similarity.note(100, isSame);
  expect(similarity.ppm).toBe(750_000);
  similarity.note(100, true);
  expect(similarity.ppm).toBe(1_000_000);
});

test("similarity: in bytes a long packet weighs more", () => {
  const similarity = new Similarity("bytes", 4);
  similarity.note(900, true);
  similarity.note(100, false);
  expect(similarity.ppm).toBe(900_000);
});

test("similarity: after a checkpoint it begins anew", () => {
  const similarity = new Similarity("packets", 4);
  for (let count = 0; count < 9; count += 1) similarity.note(1, false);
  expect(similarity.ppm).toBe(0);
  similarity.reset();
  expect(similarity.ppm).toBe(1_000_000);
  similarity.note(1, true);
  similarity.note(1, false);
  expect(similarity.ppm).toBe(500_000);
});
