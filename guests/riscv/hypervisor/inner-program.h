// An inner program: one function in a section of its own, which calls nothing outside and has no data.
#ifndef INNER_PROGRAM_H
#define INNER_PROGRAM_H

#include <stdint.h>

#include "calls.h"

#define INNER_PROGRAM(name) __attribute__((section("inner_" #name), used, noreturn)) void name
#define INLINE static inline __attribute__((always_inline))

INLINE void call(uint32_t number, uint32_t first, uint32_t second) {
  register uint32_t a0 __asm__("a0") = first;
  register uint32_t a1 __asm__("a1") = second;
  register uint32_t a7 __asm__("a7") = number;
  __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a7) : "memory");
}

// Does not come back.
INLINE void leave(uint32_t code) {
  for (;;) call(CALL_EXIT, code, 0);
}

#endif
