# On a page of its own, among what is written.
  .section .mixed, "awx", @progbits
  .globl generation_in_code
generation_in_code:
  li a0, 0
  ret
