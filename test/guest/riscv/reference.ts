/**
 * A second machine to compare with: the same instruction set written as plainly as possible, one
 * step after another on bytes and big integers, with nothing decoded, cached or shared with the
 * library.
 */

const MSTATUS_BITS = 0x22_1888;

/** What ends an instruction early. */
class Trap extends Error {
  readonly code: number;
  readonly value: number;

  constructor(code: number, value: number) {
    super("trap");
    this.code = code;
    this.value = value;
  }
}

/** Bits `high` to `low` of a word. */
function bits(word: number, high: number, low: number): number {
  return Number((BigInt(word >>> 0) >> BigInt(low)) & ((1n << BigInt(high - low + 1)) - 1n));
}

/** The lowest `width` bits of a number as a signed number. */
function signed(value: number | bigint, width = 32): bigint {
  return BigInt.asIntN(width, BigInt(value));
}

/** As 0 to 2^32 - 1. */
function word(value: number | bigint): number {
  return Number(BigInt.asUintN(32, BigInt(value)));
}

/** One hart without devices and interrupts of its own. */
export class Reference {
  /** Unsigned. */
  readonly x: number[] = new Array<number>(32).fill(0);
  pc: number;
  privilege = 3;
  isWaiting = false;
  isHalted = false;
  ticks = 0;
  trapped = 0;
  reservation = -1;
  mip = 0;
  readonly csr: Map<number, number> = new Map([
    [0x300, 0],
    [0x301, 0x4010_1101],
    [0x304, 0],
    [0x305, 0],
    [0x306, 0],
    [0x340, 0],
    [0x341, 0],
    [0x342, 0],
    [0x343, 0],
    [0xf14, 0],
  ]);
  readonly #base: number;
  readonly #bytes: Uint8Array;

  /** @param bytes The memory, from now on its own. */
  constructor(base: number, bytes: Uint8Array) {
    this.#base = base;
    this.#bytes = bytes;
    this.pc = base;
  }

  /** Begins one instruction, after the interrupts before it; nothing while it waits or is halted. */
  step(): void {
    if (this.isHalted) return;
    const pending = this.mip & this.csr.get(0x304)!;
    if (this.isWaiting && pending === 0) return;
    this.isWaiting = false;
    if (pending !== 0 && (this.privilege === 0 || (this.csr.get(0x300)! & 8) !== 0)) {
      const number = [11, 3, 7].find((candidate) => bits(pending, candidate, candidate) === 1)!;
      if (!this.#enter(word(0x8000_0000 + number), 0)) return;
    }
    this.ticks += 1;
    try {
      const next = this.#execute(this.#fetch());
      this.x[0] = 0;
      this.pc = next;
    } catch (trap) {
      if (!(trap instanceof Trap)) throw trap;
      this.trapped += 1;
      this.#enter(trap.code, trap.value);
    }
  }

  /** Goes to the handler of a trap, or halts and returns false. */
  #enter(cause: number, value: number): boolean {
    const mtvec = this.csr.get(0x305)!;
    let handler = word(mtvec - (mtvec % 4));
    if (mtvec % 4 === 1 && cause >= 0x8000_0000)
      handler = word(handler + 4 * (cause % 0x8000_0000));
    if (!this.#isMemory(handler, 4)) {
      this.isHalted = true;
      return false;
    }
    const mstatus = this.csr.get(0x300)!;
    const mie = bits(mstatus, 3, 3);
    const kept = mstatus & ~0x1888;
    this.csr.set(0x300, word(kept | (mie << 7) | (this.privilege << 11)));
    this.csr.set(0x341, this.pc);
    this.csr.set(0x342, cause);
    this.csr.set(0x343, value);
    this.privilege = 3;
    this.pc = handler;
    return true;
  }

  #isMemory(address: number, length: number): boolean {
    return address >= this.#base && address + length <= this.#base + this.#bytes.length;
  }

  #fetch(): number {
    if (!this.#isMemory(this.pc, 4)) throw new Trap(1, this.pc);
    return this.#get(this.pc, 4);
  }

  #get(address: number, length: number): number {
    let value = 0n;
    for (let at = length - 1; at >= 0; at -= 1) {
      value = value * 256n + BigInt(this.#bytes[address - this.#base + at]!);
    }
    return Number(value);
  }

  #put(address: number, length: number, value: number): void {
    for (let at = 0; at < length; at += 1) {
      this.#bytes[address - this.#base + at] = bits(value, 8 * at + 7, 8 * at);
    }
  }

  /** Executes a word; returns the address of the next instruction. */
  #execute(code: number): number {
    const opcode = bits(code, 6, 0);
    const rd = bits(code, 11, 7);
    const funct3 = bits(code, 14, 12);
    const a = this.x[bits(code, 19, 15)]!;
    const b = this.x[bits(code, 24, 20)]!;
    const funct7 = bits(code, 31, 25);
    const next = word(this.pc + 4);
    const illegal = new Trap(2, code);
    const immediate = Number(signed(bits(code, 31, 20), 12));
    switch (opcode) {
      case 0b0110111:
        this.x[rd] = bits(code, 31, 12) * 4096;
        return next;
      case 0b0010111:
        this.x[rd] = word(this.pc + bits(code, 31, 12) * 4096);
        return next;
      case 0b1101111: {
        const offset =
          bits(code, 31, 31) * 2 ** 20 +
          bits(code, 19, 12) * 4096 +
          bits(code, 20, 20) * 2048 +
          bits(code, 30, 21) * 2;
        return this.#jump(rd, word(BigInt(this.pc) + signed(offset, 21)), next);
      }
      case 0b1100111: {
        if (funct3 !== 0) throw illegal;
        const target = word(a + immediate);
        return this.#jump(rd, target - (target % 2), next);
      }
      case 0b1100011: {
        const offset =
          bits(code, 31, 31) * 4096 +
          bits(code, 7, 7) * 2048 +
          bits(code, 30, 25) * 32 +
          bits(code, 11, 8) * 2;
        if (funct3 === 2 || funct3 === 3) throw illegal;
        const holds = [a === b, signed(a) < signed(b), a < b][[0, 0, 0, 0, 1, 1, 2, 2][funct3]!]!;
        if (holds === (funct3 % 2 === 1)) return next;
        return this.#jump(0, word(BigInt(this.pc) + signed(offset, 13)), next);
      }
      case 0b0000011: {
        const width = [1, 2, 4, 0, 1, 2, 0, 0][funct3]!;
        if (width === 0) throw illegal;
        const address = word(a + immediate);
        if (!this.#isMemory(address, width)) throw new Trap(5, address);
        const value = this.#get(address, width);
        this.x[rd] = funct3 < 4 ? word(signed(value, width * 8)) : value;
        return next;
      }
      case 0b0100011: {
        if (funct3 > 2) throw illegal;
        const width = 2 ** funct3;
        const address = word(BigInt(a) + signed(funct7 * 32 + rd, 12));
        if (!this.#isMemory(address, width)) throw new Trap(7, address);
        this.#put(address, width, b);
        return next;
      }
      case 0b0010011: {
        const distance = bits(code, 24, 20);
        if (funct3 === 1 && funct7 !== 0) throw illegal;
        if (funct3 === 5 && funct7 !== 0 && funct7 !== 32) throw illegal;
        const operand = funct3 === 1 || funct3 === 5 ? distance : word(immediate);
        this.x[rd] = compute(funct3, funct3 === 5 && funct7 === 32, a, operand);
        return next;
      }
      case 0b0110011:
        if (funct7 === 1) this.x[rd] = multiply(funct3, a, b);
        else if (funct7 === 0 || (funct7 === 32 && (funct3 === 0 || funct3 === 5))) {
          this.x[rd] = compute(funct3, funct7 === 32, a, b);
        } else throw illegal;
        return next;
      case 0b0001111:
        if (funct3 > 1) throw illegal;
        return next;
      case 0b0101111:
        this.#atomic(code, rd, a, b, illegal);
        return next;
      case 0b1110011:
        if (funct3 === 0) return this.#system(code, next, illegal);
        this.#control(code, rd, funct3, a, illegal);
        return next;
      default:
        throw illegal;
    }
  }

  #jump(rd: number, target: number, next: number): number {
    if (target % 4 !== 0) throw new Trap(0, target);
    this.x[rd] = next;
    return target;
  }

  #atomic(code: number, rd: number, address: number, b: number, illegal: Trap): void {
    const kind = bits(code, 31, 27);
    const known = [0, 1, 2, 3, 4, 8, 12, 16, 20, 24, 28];
    if (bits(code, 14, 12) !== 2 || !known.includes(kind)) throw illegal;
    const isLoad = kind === 2;
    if (isLoad && bits(code, 24, 20) !== 0) throw illegal;
    if (address % 4 !== 0) throw new Trap(isLoad ? 4 : 6, address);
    if (!this.#isMemory(address, 4)) throw new Trap(isLoad ? 5 : 7, address);
    const old = this.#get(address, 4);
    if (isLoad) {
      this.reservation = address;
    } else if (kind === 3) {
      const isHeld = this.reservation === address;
      this.reservation = -1;
      if (isHeld) this.#put(address, 4, b);
      this.x[rd] = isHeld ? 0 : 1;
      return;
    } else {
      const both = [signed(old), signed(b)] as const;
      const results: Readonly<Record<number, bigint>> = {
        0: BigInt(old) + BigInt(b),
        1: BigInt(b),
        4: BigInt(old) ^ BigInt(b),
        8: BigInt(old) | BigInt(b),
        12: BigInt(old) & BigInt(b),
        16: both[0] < both[1] ? both[0] : both[1],
        20: both[0] < both[1] ? both[1] : both[0],
        24: BigInt(old < b ? old : b),
        28: BigInt(old < b ? b : old),
      };
      this.#put(address, 4, word(results[kind]!));
    }
    this.x[rd] = old;
  }

  #system(code: number, next: number, illegal: Trap): number {
    if (code === 0x73) throw new Trap(this.privilege === 0 ? 8 : 11, 0);
    if (code === 0x0010_0073) throw new Trap(3, this.pc);
    const mstatus = this.csr.get(0x300)!;
    if (code === 0x1050_0073) {
      if (this.privilege === 0 && bits(mstatus, 21, 21) === 1) throw illegal;
      this.isWaiting = true;
      return next;
    }
    if (code !== 0x3020_0073 || this.privilege === 0) throw illegal;
    this.privilege = bits(mstatus, 12, 11);
    const kept = mstatus & (this.privilege === 0 ? 0x20_0000 : 0x22_0000);
    this.csr.set(0x300, word(kept | 0x80 | (bits(mstatus, 7, 7) << 3)));
    this.reservation = -1;
    return this.csr.get(0x341)!;
  }

  #control(code: number, rd: number, funct3: number, a: number, illegal: Trap): void {
    const number = bits(code, 31, 20);
    const source = bits(code, 19, 15);
    const isWrite = funct3 % 4 === 1 || source !== 0;
    const old = number === 0x344 ? this.mip : this.csr.get(number);
    if (funct3 === 4 || old === undefined) throw illegal;
    if (bits(number, 9, 8) > this.privilege) throw illegal;
    if (isWrite && bits(number, 11, 10) === 3) throw illegal;
    const operand = BigInt(funct3 > 4 ? source : a);
    const value = [0n, operand, BigInt(old) | operand, BigInt(old) & ~operand][funct3 % 4]!;
    if (isWrite) this.#setRegister(number, old, word(value));
    this.x[rd] = old;
  }

  #setRegister(number: number, old: number, value: number): void {
    const masks: Readonly<Record<number, number>> = {
      768: MSTATUS_BITS,
      772: 0x888,
      773: 0xffff_fffd,
      774: 7,
      832: 0xffff_ffff,
      833: 0xffff_fffc,
      834: 0xffff_ffff,
      835: 0xffff_ffff,
    };
    const mask = masks[number];
    if (mask === undefined) return;
    let legal = Number(BigInt(value) & BigInt(mask));
    const mpp = bits(value, 12, 11);
    if (number === 0x300 && mpp !== 0 && mpp !== 3) legal = (legal & ~0x1800) | (old & 0x1800);
    this.csr.set(number, word(legal));
  }
}

function compute(funct3: number, isOther: boolean, a: number, b: number): number {
  const [wideA, wideB, distance] = [BigInt(a), BigInt(b), BigInt(b % 32)];
  const results = [
    isOther ? wideA - wideB : wideA + wideB,
    wideA << distance,
    signed(a) < signed(b) ? 1n : 0n,
    a < b ? 1n : 0n,
    wideA ^ wideB,
    isOther ? signed(a) >> distance : wideA >> distance,
    wideA | wideB,
    wideA & wideB,
  ];
  return word(results[funct3]!);
}

function multiply(funct3: number, a: number, b: number): number {
  const [signedA, signedB, wideA, wideB] = [signed(a), signed(b), BigInt(a), BigInt(b)];
  switch (funct3) {
    case 0:
      return word(wideA * wideB);
    case 1:
      return word((signedA * signedB) >> 32n);
    case 2:
      return word((signedA * wideB) >> 32n);
    case 3:
      return word((wideA * wideB) >> 32n);
    case 4:
      return b === 0 ? 0xffff_ffff : word(signedA / signedB);
    case 5:
      return b === 0 ? 0xffff_ffff : word(wideA / wideB);
    case 6:
      return b === 0 ? a : word(signedA % signedB);
    default:
      return b === 0 ? a : word(wideA % wideB);
  }
}
