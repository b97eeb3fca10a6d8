# The kernel enters here, with a stack.
  .section .text.start, "ax"
  .globl _start
_start:
  call main
1:
  j 1b
