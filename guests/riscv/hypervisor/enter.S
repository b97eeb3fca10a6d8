# inner_run(struct inner *a0): the hypervisor's registers go to its stack, those of the inner machine into the
# processor; back at the next trap.

# Offsets in struct inner.
#define PC 128
#define HGATP 132
#define CAUSE 136
#define VALUE 140
#define VALUE2 144

# Control registers that not every assembler knows.
#define CSR_MSTATUSH 0x310
#define CSR_MTVAL2 0x34b
#define CSR_HGATP 0x680

#define MSTATUS_MPP 0x1800
#define MSTATUSH_MPV 0x80

  .section .text.inner_run, "ax"
  .globl inner_run
inner_run:
  addi sp, sp, -64
  sw ra, 0(sp)
  sw s0, 4(sp)
  sw s1, 8(sp)
  sw s2, 12(sp)
  sw s3, 16(sp)
  sw s4, 20(sp)
  sw s5, 24(sp)
  sw s6, 28(sp)
  sw s7, 32(sp)
  sw s8, 36(sp)
  sw s9, 40(sp)
  sw s10, 44(sp)
  sw s11, 48(sp)
  sw sp, 0(a0)
  csrw mscratch, a0
  la t0, inner_trap
  csrrw t0, mtvec, t0
  sw t0, 52(sp)
  lw t0, PC(a0)
  csrw mepc, t0
  lw t0, HGATP(a0)
  csrw CSR_HGATP, t0
  li t0, MSTATUS_MPP
  csrc mstatus, t0
  li t0, MSTATUSH_MPV
  csrs CSR_MSTATUSH, t0
  lw x1, 4(a0)
  lw x2, 8(a0)
  lw x3, 12(a0)
  lw x4, 16(a0)
  lw x5, 20(a0)
  lw x6, 24(a0)
  lw x7, 28(a0)
  lw x8, 32(a0)
  lw x9, 36(a0)
  lw x11, 44(a0)
  lw x12, 48(a0)
  lw x13, 52(a0)
  lw x14, 56(a0)
  lw x15, 60(a0)
  lw x16, 64(a0)
  lw x17, 68(a0)
  lw x18, 72(a0)
  lw x19, 76(a0)
  lw x20, 80(a0)
  lw x21, 84(a0)
  lw x22, 88(a0)
  lw x23, 92(a0)
  lw x24, 96(a0)
  lw x25, 100(a0)
  lw x26, 104(a0)
  lw x27, 108(a0)
  lw x28, 112(a0)
  lw x29, 116(a0)
  lw x30, 120(a0)
  lw x31, 124(a0)
  lw x10, 40(a0)
  mret

  .balign 4
inner_trap:
  csrrw a0, mscratch, a0
  sw x1, 4(a0)
  sw x2, 8(a0)
  sw x3, 12(a0)
  sw x4, 16(a0)
  sw x5, 20(a0)
  sw x6, 24(a0)
  sw x7, 28(a0)
  sw x8, 32(a0)
  sw x9, 36(a0)
  sw x11, 44(a0)
  sw x12, 48(a0)
  sw x13, 52(a0)
  sw x14, 56(a0)
  sw x15, 60(a0)
  sw x16, 64(a0)
  sw x17, 68(a0)
  sw x18, 72(a0)
  sw x19, 76(a0)
  sw x20, 80(a0)
  sw x21, 84(a0)
  sw x22, 88(a0)
  sw x23, 92(a0)
  sw x24, 96(a0)
  sw x25, 100(a0)
  sw x26, 104(a0)
  sw x27, 108(a0)
  sw x28, 112(a0)
  sw x29, 116(a0)
  sw x30, 120(a0)
  sw x31, 124(a0)
  csrr t0, mscratch
  sw t0, 40(a0)
  csrr t0, mepc
  sw t0, PC(a0)
  csrr t0, mcause
  sw t0, CAUSE(a0)
  csrr t0, mtval
  sw t0, VALUE(a0)
  csrr t0, CSR_MTVAL2
  sw t0, VALUE2(a0)
  lw sp, 0(a0)
  lw t0, 52(sp)
  csrw mtvec, t0
  lw ra, 0(sp)
  lw s0, 4(sp)
  lw s1, 8(sp)
  lw s2, 12(sp)
  lw s3, 16(sp)
  lw s4, 20(sp)
  lw s5, 24(sp)
  lw s6, 28(sp)
  lw s7, 32(sp)
  lw s8, 36(sp)
  lw s9, 40(sp)
  lw s10, 44(sp)
  lw s11, 48(sp)
  addi sp, sp, 64
  ret
