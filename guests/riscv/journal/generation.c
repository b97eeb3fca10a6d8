#include "generation.h"

#include "../common/machine.h"
#include "../common/uart.h"

#define FAILED_STALE 2

// What the immediate of the instruction holds without a sign.
#define IMMEDIATE_MAX 0x7ffu

// li a0, 0
#define LOAD_IMMEDIATE 0x00000513u
#define IMMEDIATE_SHIFT 20

volatile uint32_t generation;

// Returns the number; its first instruction is the one that is rewritten.
uint32_t generation_in_code(void);

void generation_check(void) {
  if (generation_in_code() == (generation & IMMEDIATE_MAX)) return;
  print("journal: stale instruction\n");
  power_off(FAILED_STALE);
}

void generation_advance(void) {
  volatile uint32_t *instruction = (volatile uint32_t *)(uintptr_t)generation_in_code;
  generation += 1;
  *instruction = LOAD_IMMEDIATE | (generation & IMMEDIATE_MAX) << IMMEDIATE_SHIFT;
  fence_instructions();
}
