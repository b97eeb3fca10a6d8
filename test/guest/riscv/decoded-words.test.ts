import { expect, test } from "vitest";
import { DecodedWords } from "../../../src/guest/riscv/decoded-words.ts";
import { decode } from "../../../src/guest/riscv/decoder.ts";
import { drawer } from "./random-program.ts";

test("decoded words: any word, first or again, whatever shares its place", () => {
  const draw = drawer(3);
  const words = new DecodedWords();
  const drawn = [0, -1, 1, ...Array.from({ length: 4_000 }, () => draw(2 ** 32) | 0)];
  for (const word of [...drawn, ...drawn]) expect(words.decode(word)).toEqual(decode(word));
});

test("decoded words: a word is decoded once", () => {
  const words = new DecodedWords();
  expect(words.decode(0x13)).toBe(words.decode(0x13));
});
