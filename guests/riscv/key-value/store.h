// The values under their keys: a hash table of fixed size.
#ifndef STORE_H
#define STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol.h"

// Most keys at a time.
#define STORE_KEYS 512

struct entry {
  uint32_t hash;
  // Where the next unused entry is, in an unused one.
  uint16_t next;
  uint16_t value_length;
  uint8_t key_length;
  uint8_t key[KEY_BYTES_MAX];
  uint8_t value[VALUE_BYTES_MAX];
};

// NULL if there is no such key.
struct entry *store_find(const uint8_t *key, uint32_t length);
// False if there is no room for another key. The key must not be there yet.
bool store_add(const uint8_t *key, uint32_t length, const uint8_t *value, uint32_t value_length);
void store_set(struct entry *entry, const uint8_t *value, uint32_t length);
void store_delete(struct entry *entry);

#endif
