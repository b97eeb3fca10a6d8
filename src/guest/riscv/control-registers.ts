import { CSR, isPerformanceMonitor, isReadOnly, privilegeOf } from "./csr.ts";
import {
  type Hart,
  HGATP_WRITABLE,
  INTERRUPTS,
  MACHINE,
  MSTATUS_MPP,
  MSTATUS_WRITABLE,
  MSTATUSH_WRITABLE,
  MTVEC_WRITABLE,
} from "./hart.ts";

/** 32-bit, with the extensions A, I and M and user mode. */
const MISA = (1 << 30) | (1 << 0) | (1 << 8) | (1 << 12) | (1 << 20);

/** The counters of which `mcounteren` has a bit: `cycle`, `time`, `instret`. */
const COUNTERS = 7;

/** The control and status registers of a hart, by their numbers. */
export class ControlRegisters {
  readonly #hart: Hart;
  readonly #time: () => number;

  /** @param time What `time` reads, a whole number. */
  constructor(hart: Hart, time: () => number) {
    this.#hart = hart;
    this.#time = time;
  }

  /** Whether the hart may now read, or also write, a register that exists. */
  permits(csr: number, isWrite: boolean): boolean {
    const { privilege, mcounteren } = this.#hart;
    if (privilegeOf(csr) > privilege || (isWrite && isReadOnly(csr))) return false;
    if (privilege === MACHINE || (csr & ~0x9f) !== CSR.cycle) return true;
    return ((mcounteren >>> (csr & 0x1f)) & 1) === 1;
  }

  /** The register as a signed word, or `undefined` if it does not exist. */
  read(csr: number): number | undefined {
    const hart = this.#hart;
    switch (csr) {
      case CSR.mstatus:
        return hart.mstatus;
      case CSR.mstatush:
        return hart.mstatush;
      case CSR.misa:
        return MISA;
      case CSR.mie:
        return hart.mie;
      case CSR.mip:
        return hart.mip;
      case CSR.mtvec:
        return hart.mtvec;
      case CSR.mscratch:
        return hart.mscratch;
      case CSR.mepc:
        return hart.mepc;
      case CSR.mcause:
        return hart.mcause;
      case CSR.mtval:
        return hart.mtval;
      case CSR.mtval2:
        return hart.mtval2;
      case CSR.hgatp:
        return hart.hgatp;
      case CSR.mcounteren:
        return hart.mcounteren;
      case CSR.mhartid:
        return hart.id;
      case CSR.mvendorid:
      case CSR.marchid:
      case CSR.mimpid:
      case CSR.mconfigptr:
      case CSR.mtinst:
      case CSR.menvcfg:
      case CSR.menvcfgh:
      case CSR.mcountinhibit:
        return 0;
      default:
        return this.#readCounter(csr);
    }
  }

  /** Writes what can be written of a register that exists; what is fixed stays as it is. */
  write(csr: number, value: number): void {
    const hart = this.#hart;
    switch (csr) {
      case CSR.mstatus:
        hart.mstatus = legalStatus(value, hart.mstatus);
        break;
      case CSR.mstatush:
        hart.mstatush = value & MSTATUSH_WRITABLE;
        break;
      case CSR.mie:
        hart.mie = value & INTERRUPTS;
        break;
      case CSR.mtvec:
        hart.mtvec = value & MTVEC_WRITABLE;
        break;
      case CSR.mscratch:
        hart.mscratch = value;
        break;
      case CSR.mepc:
        hart.mepc = value & ~3;
        break;
      case CSR.mcause:
        hart.mcause = value;
        break;
      case CSR.mtval:
        hart.mtval = value;
        break;
      case CSR.mtval2:
        hart.mtval2 = value;
        break;
      case CSR.hgatp:
        hart.hgatp = value & HGATP_WRITABLE;
        break;
      case CSR.mcounteren:
        hart.mcounteren = value & COUNTERS;
        break;
      case CSR.mcycle:
      case CSR.mcycleh:
        // the instruction that writes is not counted in what it wrote
        hart.cycleOffset = ahead(this.#written(csr, value), hart.ticks + 1);
        break;
      case CSR.minstret:
      case CSR.minstreth:
        hart.retiredOffset = ahead(this.#written(csr, value), hart.retired + 1);
        break;
      default:
    }
  }

  #readCounter(csr: number): number | undefined {
    switch (csr) {
      case CSR.cycle:
      case CSR.mcycle:
        return low(this.#cycles());
      case CSR.cycleh:
      case CSR.mcycleh:
        return high(this.#cycles());
      case CSR.instret:
      case CSR.minstret:
        return low(this.#retired());
      case CSR.instreth:
      case CSR.minstreth:
        return high(this.#retired());
      case CSR.time:
        return low(BigInt(this.#time()));
      case CSR.timeh:
        return high(BigInt(this.#time()));
      default:
        return isPerformanceMonitor(csr) ? 0 : undefined;
    }
  }

  #cycles(): bigint {
    return BigInt(this.#hart.ticks) + this.#hart.cycleOffset;
  }

  #retired(): bigint {
    return BigInt(this.#hart.retired) + this.#hart.retiredOffset;
  }

  /** A counter of which one half was written. */
  #written(csr: number, value: number): bigint {
    const isCycle = csr === CSR.mcycle || csr === CSR.mcycleh;
    const before = isCycle ? this.#cycles() : this.#retired();
    const half = BigInt(value >>> 0);
    if (csr === CSR.mcycle || csr === CSR.minstret) return ((before >> 32n) << 32n) | half;
    return BigInt.asUintN(32, before) | (half << 32n);
  }
}

/** What `mstatus` becomes: a privilege that does not exist leaves MPP as it was. */
function legalStatus(value: number, before: number): number {
  const mpp = value & MSTATUS_MPP;
  const kept = mpp === 0 || mpp === MSTATUS_MPP ? mpp : before & MSTATUS_MPP;
  return (value & MSTATUS_WRITABLE & ~MSTATUS_MPP) | kept;
}

function ahead(value: bigint, count: number): bigint {
  return BigInt.asUintN(64, value - BigInt(count));
}

function low(value: bigint): number {
  return Number(BigInt.asIntN(32, value));
}

function high(value: bigint): number {
  return Number(BigInt.asIntN(32, value >> 32n));
}
