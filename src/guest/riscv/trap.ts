import { assert } from "../../sim/assert.ts";
import {
  type Hart,
  INTERRUPTS,
  type InterruptNumber,
  MACHINE,
  MSTATUS_MIE,
  MSTATUS_MPIE,
  MSTATUS_MPP,
  MSTATUS_MPRV,
  MSTATUSH_GVA,
  MSTATUSH_MPV,
  type Privilege,
  UNRESERVED,
  USER,
} from "./hart.ts";

/** Numbers of the exceptions that this machine has. */
export const CAUSE = {
  instructionMisaligned: 0,
  instructionAccess: 1,
  illegalInstruction: 2,
  breakpoint: 3,
  loadMisaligned: 4,
  loadAccess: 5,
  storeMisaligned: 6,
  storeAccess: 7,
  callFromUser: 8,
  callFromMachine: 11,
  instructionGuestPage: 20,
  loadGuestPage: 21,
  storeGuestPage: 23,
} as const;

/** The number of an exception. */
export type Cause = (typeof CAUSE)[keyof typeof CAUSE];

/** The bit that tells interrupts from exceptions in `mcause`. */
export const INTERRUPT: number = 1 << 31;

/** Exceptions that leave an address in `mtval`: all but illegal instructions and calls. */
const LEAVES_ADDRESS = 0x00b0_00fb;

/** Exceptions of the tables of a hypervisor. */
const GUEST_PAGE_FAULTS = 0x00b0_0000;

/** `mstatus.MPP` begins at this bit. */
const MPP_SHIFT = 11;

/** In the order in which they are taken. */
const BY_PRIORITY: readonly InterruptNumber[] = [11, 3, 7];

/** The interrupt that the hart takes before its next instruction, if there is one. */
export function dueInterrupt(hart: Hart): InterruptNumber | undefined {
  const ready = hart.mip & hart.mie & INTERRUPTS;
  if (ready === 0) return undefined;
  if (hart.privilege === MACHINE && (hart.mstatus & MSTATUS_MIE) === 0) return undefined;
  return BY_PRIORITY.find((number) => ((ready >>> number) & 1) === 1);
}

/** Where a trap goes, 0 to 2^32 - 1. */
export function handlerOf(hart: Hart, cause: number): number {
  const base = hart.mtvec & ~3;
  const isVectored = (hart.mtvec & 3) === 1 && cause < 0;
  return (isVectored ? base + 4 * (cause & ~INTERRUPT) : base) >>> 0;
}

/**
 * Goes to the handler of a trap.
 *
 * @param cause What `mcause` becomes: one of {@link CAUSE}, or an interrupt's number with {@link INTERRUPT}.
 * @param value What `mtval` becomes.
 */
export function enterTrap(hart: Hart, cause: number, value: number): void {
  const { mstatus, privilege, virtual } = hart;
  hart.mcause = cause | 0;
  hart.mepc = hart.pc | 0;
  hart.mtval = value | 0;
  hart.mtval2 = isOneOf(cause, GUEST_PAGE_FAULTS) ? value >>> 2 : 0;
  hart.mstatush = virtual ? MSTATUSH_MPV : 0;
  if (virtual && isOneOf(cause, LEAVES_ADDRESS)) hart.mstatush |= MSTATUSH_GVA;
  hart.virtual = false;
  const kept = mstatus & ~(MSTATUS_MIE | MSTATUS_MPIE | MSTATUS_MPP);
  const enabled = (mstatus & MSTATUS_MIE) === 0 ? 0 : MSTATUS_MPIE;
  hart.mstatus = kept | enabled | (privilege << MPP_SHIFT);
  hart.privilege = MACHINE;
  hart.pc = handlerOf(hart, cause | 0);
  assert((hart.mstatus & MSTATUS_MIE) === 0, "a handler begins with interrupts disabled");
}

/** @param exceptions A bit for each number. */
function isOneOf(cause: number, exceptions: number): boolean {
  return cause >= 0 && cause < 32 && ((exceptions >>> cause) & 1) === 1;
}

/** What `mret` does. */
export function returnFromTrap(hart: Hart): void {
  const { mstatus } = hart;
  const previous: Privilege = (mstatus & MSTATUS_MPP) === 0 ? USER : MACHINE;
  const enabled = (mstatus & MSTATUS_MPIE) === 0 ? 0 : MSTATUS_MIE;
  const cleared = MSTATUS_MIE | MSTATUS_MPP | (previous === USER ? MSTATUS_MPRV : 0);
  hart.mstatus = (mstatus & ~cleared) | enabled | MSTATUS_MPIE;
  hart.privilege = previous;
  if (previous === USER) hart.virtual = (hart.mstatush & MSTATUSH_MPV) !== 0;
  hart.mstatush &= ~MSTATUSH_MPV;
  hart.pc = hart.mepc >>> 0;
  hart.reservation = UNRESERVED;
}
