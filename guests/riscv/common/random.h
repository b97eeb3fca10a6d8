// Marsaglia's xorshift: cheap, and the same everywhere. The state must not be 0.
#ifndef RANDOM_H
#define RANDOM_H

#include <stdint.h>

static inline uint32_t random_next(uint32_t *state) {
  uint32_t x = *state;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  *state = x;
  return x;
}

// 0 to bound - 1, from the upper bits of the next number.
static inline uint32_t random_below(uint32_t *state, uint32_t bound) {
  return (uint32_t)((uint64_t)random_next(state) * bound >> 32);
}

#endif
