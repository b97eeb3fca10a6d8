/** The fields of a 32-bit instruction word, as the unprivileged specification draws them. */

/** The major opcode, 7 bits. */
export function opcodeOf(word: number): number {
  return word & 0x7f;
}

/** The destination register. */
export function rdOf(word: number): number {
  return (word >>> 7) & 31;
}

/** The first source register, or the immediate of `csrrwi` and its like. */
export function rs1Of(word: number): number {
  return (word >>> 15) & 31;
}

/** The second source register, or the distance of a shift by an immediate. */
export function rs2Of(word: number): number {
  return (word >>> 20) & 31;
}

/** Bits 12 to 14. */
export function funct3Of(word: number): number {
  return (word >>> 12) & 7;
}

/** Bits 25 to 31. */
export function funct7Of(word: number): number {
  return word >>> 25;
}

/** The immediate of loads, `jalr` and arithmetic, -2048 to 2047. */
export function immediateI(word: number): number {
  return word >> 20;
}

/** The immediate of stores, -2048 to 2047. */
export function immediateS(word: number): number {
  return ((word >> 25) << 5) | rdOf(word);
}

/** The distance of a branch in bytes, even, -4096 to 4094. */
export function immediateB(word: number): number {
  const high = ((word >> 31) << 12) | ((word << 4) & 0x800);
  return high | ((word >>> 20) & 0x7e0) | ((word >>> 7) & 0x1e);
}

/** The upper 20 bits of `lui` and `auipc`, in place. */
export function immediateU(word: number): number {
  return word & ~0xfff;
}

/** The distance of `jal` in bytes, even, -1 MiB to 1 MiB - 2. */
export function immediateJ(word: number): number {
  const high = ((word >> 31) << 20) | (word & 0xf_f000);
  return high | ((word >>> 9) & 0x800) | ((word >>> 20) & 0x7fe);
}
