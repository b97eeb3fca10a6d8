// What the compiler expects of a C library, and little-endian access to bytes at any address.
#ifndef BYTES_H
#define BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t count);
void *memset(void *to, int value, size_t count);

static inline bool same_bytes(const uint8_t *first, const uint8_t *second, size_t count) {
  for (size_t index = 0; index < count; index += 1) {
    if (first[index] != second[index]) return false;
  }
  return true;
}

static inline uint32_t load_u16(const uint8_t *from) {
  return from[0] | (uint32_t)from[1] << 8;
}

static inline uint32_t load_u32(const uint8_t *from) {
  return load_u16(from) | load_u16(from + 2) << 16;
}

static inline void store_u16(uint8_t *to, uint32_t value) {
  to[0] = (uint8_t)value;
  to[1] = (uint8_t)(value >> 8);
}

static inline void store_u32(uint8_t *to, uint32_t value) {
  store_u16(to, value);
  store_u16(to + 2, value >> 16);
}

#endif
