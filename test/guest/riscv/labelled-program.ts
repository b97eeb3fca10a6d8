import { flatImage } from "../../../src/guest/riscv/flat-image.ts";
import type { LoadedImage } from "../../../src/guest/riscv/loaded-image.ts";
import { asm, li } from "./assembler.ts";

/** A branch by mnemonic, as in `asm`. */
type Branch = (rs1: number, rs2: number, offset: number) => number;

/** A program written from top to bottom, with names for places in it. */
export class LabelledProgram {
  readonly #base: number;
  readonly #words: (number | ((address: number) => number))[] = [];
  readonly #labels = new Map<string, number>();

  constructor(base = 0x8000_0000) {
    this.#base = base;
  }

  /** Address of the next instruction. */
  get here(): number {
    return this.#base + 4 * this.#words.length;
  }

  /** Names the next instruction. */
  label(name: string): this {
    this.#labels.set(name, this.here);
    return this;
  }

  /** Instructions, one after the other. */
  emit(...words: number[]): this {
    this.#words.push(...words);
    return this;
  }

  /** Loads a constant. */
  li(rd: number, value: number): this {
    return this.emit(...li(rd, value));
  }

  /** Loads the address of a label, which may come later; at most 1 MiB from the base. */
  la(rd: number, label: string): this {
    this.#words.push(
      () => li(rd, this.#addressOf(label))[0]!,
      () => li(rd, this.#addressOf(label))[1]!,
    );
    return this;
  }

  /** Jumps to a label, which may come later. */
  jump(label: string, link = 0): this {
    this.#words.push((address) => asm.jal(link, this.#addressOf(label) - address));
    return this;
  }

  /** Branches to a label, which may come later. */
  branch(branch: Branch, rs1: number, rs2: number, label: string): this {
    this.#words.push((address) => branch(rs1, rs2, this.#addressOf(label) - address));
    return this;
  }

  /** Address of a label once the program is written. */
  addressOf(label: string): number {
    return this.#addressOf(label);
  }

  /** The program as bytes. */
  bytes(): Uint8Array {
    const words = this.#words.map((word, index) =>
      typeof word === "number" ? word : word(this.#base + 4 * index),
    );
    return new Uint8Array(Uint32Array.from(words).buffer);
  }

  /** The program as an image to boot, with its labels as symbols. */
  image(): LoadedImage {
    return { ...flatImage(this.bytes(), this.#base), symbols: new Map(this.#labels) };
  }

  #addressOf(label: string): number {
    const address = this.#labels.get(label);
    if (address === undefined) throw new Error(`no label ${label}`);
    return address;
  }
}
