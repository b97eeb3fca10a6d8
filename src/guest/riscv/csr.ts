/**
 * Numbers of the control and status registers that this machine has, besides the ranges of
 * performance counters. Bits 8 and 9 of a number are the lowest privilege that may use the register,
 * bits 10 and 11 are both set if it is read-only.
 */
export const CSR = {
  cycle: 0xc00,
  time: 0xc01,
  instret: 0xc02,
  cycleh: 0xc80,
  timeh: 0xc81,
  instreth: 0xc82,
  mvendorid: 0xf11,
  marchid: 0xf12,
  mimpid: 0xf13,
  mhartid: 0xf14,
  mconfigptr: 0xf15,
  mstatus: 0x300,
  misa: 0x301,
  mie: 0x304,
  mtvec: 0x305,
  mcounteren: 0x306,
  menvcfg: 0x30a,
  mstatush: 0x310,
  menvcfgh: 0x31a,
  mcountinhibit: 0x320,
  mscratch: 0x340,
  mepc: 0x341,
  mcause: 0x342,
  mtval: 0x343,
  mip: 0x344,
  mtinst: 0x34a,
  mtval2: 0x34b,
  hgatp: 0x680,
  mcycle: 0xb00,
  minstret: 0xb02,
  mcycleh: 0xb80,
  minstreth: 0xb82,
} as const;

/** Whether a register can only be read. */
export function isReadOnly(csr: number): boolean {
  return csr >>> 10 === 3;
}

/** The lowest privilege that may use a register. */
export function privilegeOf(csr: number): number {
  return (csr >>> 8) & 3;
}

/** Whether it is one of the 29 performance counters, or an event selector: all read 0 here. */
export function isPerformanceMonitor(csr: number): boolean {
  const isNumbered = (csr & 0x1f) >= 3;
  const family = csr & ~0x1f;
  return isNumbered && PERFORMANCE_FAMILIES.has(family);
}

/** `mhpmevent`, `mhpmcounter`, `mhpmcounterh`, `hpmcounter` and `hpmcounterh`. */
const PERFORMANCE_FAMILIES: ReadonlySet<number> = new Set([0x320, 0xb00, 0xb80, 0xc00, 0xc80]);
