# Every hart begins here in machine mode, interrupts off. Zeroed memory (.bss, tables, stacks) is the
# loader's business, as an ELF file says: clearing it here would write every page of it once more.

#define STACK_BYTES 4096

  .section .text.start, "ax"
  .globl _start
_start:
  csrw mie, zero
  la t0, trap_entry
  csrw mtvec, t0
  csrr a0, mhartid
  li t0, 2
  bgeu a0, t0, park
  la sp, stacks
  addi t0, a0, 1
  slli t0, t0, 12
  add sp, sp, t0
  bnez a0, second
  call main
  call power_off
second:
  call second_hart
park:
  csrw mie, zero
  wfi
  j park

# Interrupts and exceptions: saves what a C function may change and calls trap(cause, pc, value).
  .balign 4
trap_entry:
  addi sp, sp, -64
  sw ra, 0(sp)
  sw t0, 4(sp)
  sw t1, 8(sp)
  sw t2, 12(sp)
  sw a0, 16(sp)
  sw a1, 20(sp)
  sw a2, 24(sp)
  sw a3, 28(sp)
  sw a4, 32(sp)
  sw a5, 36(sp)
  sw a6, 40(sp)
  sw a7, 44(sp)
  sw t3, 48(sp)
  sw t4, 52(sp)
  sw t5, 56(sp)
  sw t6, 60(sp)
  csrr a0, mcause
  csrr a1, mepc
  csrr a2, mtval
  call trap
  lw ra, 0(sp)
  lw t0, 4(sp)
  lw t1, 8(sp)
  lw t2, 12(sp)
  lw a0, 16(sp)
  lw a1, 20(sp)
  lw a2, 24(sp)
  lw a3, 28(sp)
  lw a4, 32(sp)
  lw a5, 36(sp)
  lw a6, 40(sp)
  lw a7, 44(sp)
  lw t3, 48(sp)
  lw t4, 52(sp)
  lw t5, 56(sp)
  lw t6, 60(sp)
  addi sp, sp, 64
  mret

  .section .stacks, "aw", @nobits
  .balign 4096
stacks:
  .space 2 * STACK_BYTES
