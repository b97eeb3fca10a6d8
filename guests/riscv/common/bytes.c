#include "bytes.h"

void *memcpy(void *restrict to, const void *restrict from, size_t count) {
  uint8_t *target = to;
  const uint8_t *source = from;
  if ((((uintptr_t)target | (uintptr_t)source) & 3) == 0) {
    for (; count >= 4; count -= 4, target += 4, source += 4) {
      *(uint32_t *)target = *(const uint32_t *)source;
    }
  }
  for (; count > 0; count -= 1) *target++ = *source++;
  return to;
}

void *memset(void *to, int value, size_t count) {
  uint8_t *target = to;
  for (; count > 0; count -= 1) *target++ = (uint8_t)value;
  return to;
}
