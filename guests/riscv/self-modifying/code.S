# Code on writable pages with data beside it, from the beginning of a page on (link.ld sees to that).
# Only here: everything else of the guest keeps code and data apart.

# (addend): adds the immediate of the instruction at `patch_add_at` to a counter beside it; returns the counter.
  .section .mixed, "awx", @progbits
page:
  .globl patch_add
  .globl patch_add_at
  .globl patch_add_counter
patch_add:
  la a1, patch_add_counter
  lw a0, 0(a1)
patch_add_at:
  addi a0, a0, 0
  sw a0, 0(a1)
  ret
  .balign 4
patch_add_counter:
  .word 0

# (times): in each turn of the loop the code adds 1 to the immediate of its own next instruction.
# Returns the sum of all immediates: 1 + 2 + ... + times.
  .balign 4
  .globl patch_itself
patch_itself:
  mv a2, a0
  li a0, 0
  la a1, 2f
  li a3, 1 << 20
  lw a4, 0(a1)
1:
  add a4, a4, a3
  sw a4, 0(a1)
  fence.i
2:
  addi a0, a0, 0
  addi a2, a2, -1
  bnez a2, 1b
# as it was, for the next call
  lw a4, 3f
  sw a4, 0(a1)
  fence.i
  ret
  .balign 4
3:
  addi a0, a0, 0

# (value): stores to the page that it runs on, many times and without a fence: no instruction changes.
  .balign 4
  .globl store_beside
  .globl store_beside_words
store_beside:
  la a1, store_beside_words
  li a2, 16
1:
  sw a0, 0(a1)
  lw a3, 0(a1)
  add a0, a0, a3
  addi a1, a1, 4
  addi a2, a2, -1
  bnez a2, 1b
  ret
  .balign 4
store_beside_words:
  .space 64

# Two instructions across the border of two pages: the last of one, the first of the next.
  .org page + 4096 - 12
  .globl across_pages
  .globl across_pages_last
  .globl across_pages_first
across_pages:
  li a0, 0
  nop
across_pages_last:
  addi a0, a0, 1
across_pages_first:
  addi a0, a0, 1
  ret

# Room that whole functions are copied to.
  .balign 64
  .globl copied
copied:
  .space 64

# Position-independent functions of the same length, to be copied.
  .section .rodata
  .balign 4
  .globl template_double
  .globl template_square
  .globl template_negate
  .globl template_end
template_double:
  add a0, a0, a0
  ret
  nop
template_square:
  mul a0, a0, a0
  ret
  nop
template_negate:
  neg a0, a0
  ret
  nop
template_end:
