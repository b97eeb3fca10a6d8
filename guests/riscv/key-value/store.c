#include "store.h"

#include "../common/bytes.h"
#include "../common/machine.h"

// Twice the keys: searches end soon.
#define SLOTS (2 * STORE_KEYS)

// Open addressing with linear probing: the number of an entry, from 1; 0 in an empty slot.
TABLE uint16_t store_slots[SLOTS];
TABLE struct entry store_entries[STORE_KEYS];
// Keys that are there.
uint32_t store_count;

// Entries from this one on were never used; those given back are a list, by numbers from 1.
static uint32_t fresh;
static uint16_t returned;

// FNV-1a.
static uint32_t hash_of(const uint8_t *key, uint32_t length) {
  uint32_t hash = 2166136261u;
  for (uint32_t index = 0; index < length; index += 1) hash = (hash ^ key[index]) * 16777619u;
  return hash;
}

static struct entry *entry_at(uint32_t slot) {
  return &store_entries[store_slots[slot] - 1];
}

struct entry *store_find(const uint8_t *key, uint32_t length) {
  uint32_t hash = hash_of(key, length);
  for (uint32_t slot = hash % SLOTS; store_slots[slot] != 0; slot = (slot + 1) % SLOTS) {
    struct entry *entry = entry_at(slot);
    if (entry->hash != hash || entry->key_length != length) continue;
    if (same_bytes(entry->key, key, length)) return entry;
  }
  return NULL;
}

static uint16_t take_entry(void) {
  if (returned == 0) return (uint16_t)(fresh += 1);
  uint16_t number = returned;
  returned = store_entries[number - 1].next;
  return number;
}

bool store_add(const uint8_t *key, uint32_t length, const uint8_t *value, uint32_t value_length) {
  if (store_count == STORE_KEYS) return false;
  store_count += 1;
  uint32_t hash = hash_of(key, length);
  uint32_t slot = hash % SLOTS;
  while (store_slots[slot] != 0) slot = (slot + 1) % SLOTS;
  store_slots[slot] = take_entry();
  struct entry *entry = entry_at(slot);
  entry->hash = hash;
  entry->key_length = (uint8_t)length;
  memcpy(entry->key, key, length);
  store_set(entry, value, value_length);
  return true;
}

void store_set(struct entry *entry, const uint8_t *value, uint32_t length) {
  entry->value_length = (uint16_t)length;
  memcpy(entry->value, value, length);
}

void store_delete(struct entry *entry) {
  uint16_t number = (uint16_t)(entry - store_entries + 1);
  uint32_t hole = entry->hash % SLOTS;
  while (store_slots[hole] != number) hole = (hole + 1) % SLOTS;
  // later slots of the run move back, as far as their searches still find them
  for (uint32_t slot = (hole + 1) % SLOTS; store_slots[slot] != 0; slot = (slot + 1) % SLOTS) {
    uint32_t home = entry_at(slot)->hash % SLOTS;
    if ((slot - home) % SLOTS < (slot - hole) % SLOTS) continue;
    store_slots[hole] = store_slots[slot];
    hole = slot;
  }
  store_slots[hole] = 0;
  entry->next = returned;
  returned = number;
  store_count -= 1;
}
