# The kernel enters here, with a stack: on it the arguments.
  .section .text.start, "ax"
  .globl _start
_start:
  mv a0, sp
  call main
  # main's value is the exit code
  li a7, 94
  ecall
1:
  j 1b
