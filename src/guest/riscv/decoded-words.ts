import { decode, type Instruction } from "./decoder.ts";

/** Instructions kept; a power of two. */
const SLOTS = 1_024;

/** 32 less the binary logarithm of {@link SLOTS}. */
const HASH_SHIFT = 22;

/**
 * Instructions by their words, decoded once. That depends on nothing else, not on where a word lies or
 * who executes it, so nothing here can ever be stale.
 */
export class DecodedWords {
  readonly #words = new Int32Array(SLOTS);
  readonly #instructions: (Instruction | undefined)[] = new Array<undefined>(SLOTS).fill(undefined);

  /** @param word Signed. */
  decode(word: number): Instruction {
    const slot = Math.imul(word, 0x9e37_79b1) >>> HASH_SHIFT;
    const known = this.#instructions[slot];
    if (known !== undefined && this.#words[slot] === word) return known;
    const instruction = decode(word);
    this.#words[slot] = word;
    this.#instructions[slot] = instruction;
    return instruction;
  }
}
