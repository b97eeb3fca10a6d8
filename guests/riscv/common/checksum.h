// A checksum that depends on every word and on their order: FNV-1a, a word at a time.
#ifndef CHECKSUM_H
#define CHECKSUM_H

#include <stdint.h>

#define CHECKSUM_START 2166136261u

static inline uint32_t checksum_word(uint32_t checksum, uint32_t word) {
  return (checksum ^ word) * 16777619u;
}

#endif
