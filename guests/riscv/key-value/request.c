#include "request.h"

#include <stdbool.h>

#include "../common/bytes.h"
#include "protocol.h"
#include "store.h"

struct value {
  const uint8_t *bytes;
  uint32_t length;
};

struct request {
  enum operation operation;
  struct value key;
  bool has_expected;
  struct value expected;
  struct value value;
};

// What is left of a payload; after a read past its end, `bad` for good.
struct reader {
  const uint8_t *at;
  uint32_t left;
  bool bad;
};

static const uint8_t *read_bytes(struct reader *reader, uint32_t count) {
  if (reader->bad || count > reader->left) {
    reader->bad = true;
    return NULL;
  }
  const uint8_t *bytes = reader->at;
  reader->at += count;
  reader->left -= count;
  return bytes;
}

static uint32_t read_u8(struct reader *reader) {
  const uint8_t *bytes = read_bytes(reader, 1);
  return bytes == NULL ? 0 : bytes[0];
}

static struct value read_value(struct reader *reader) {
  const uint8_t *bytes = read_bytes(reader, 2);
  uint32_t length = bytes == NULL ? 0 : load_u16(bytes);
  if (length > VALUE_BYTES_MAX) reader->bad = true;
  return (struct value){read_bytes(reader, length), length};
}

static bool parse(const uint8_t *payload, uint32_t length, struct request *request) {
  struct reader reader = {payload, length, false};
  uint32_t operation = read_u8(&reader);
  uint32_t key_length = read_u8(&reader);
  if (operation > CAS || key_length < 1 || key_length > KEY_BYTES_MAX) return false;
  *request = (struct request){
      .operation = operation,
      .key = {read_bytes(&reader, key_length), key_length},
  };
  if (operation == CAS) {
    uint32_t conditional = read_u8(&reader);
    if (conditional > 1) return false;
    request->has_expected = conditional == 1;
    if (conditional == 1) request->expected = read_value(&reader);
  }
  if (operation == PUT || operation == CAS) request->value = read_value(&reader);
  return !reader.bad && reader.left == 0;
}

static bool is_expected(const struct request *request, const struct entry *entry) {
  if (entry == NULL || !request->has_expected) return entry == NULL && !request->has_expected;
  return entry->value_length == request->expected.length &&
         same_bytes(entry->value, request->expected.bytes, entry->value_length);
}

static enum status change(const struct request *request, struct entry *entry) {
  const struct value *key = &request->key;
  const struct value *value = &request->value;
  if (request->operation == DELETE) {
    if (entry == NULL) return NOT_FOUND;
    store_delete(entry);
    return OK;
  }
  if (request->operation == CAS && !is_expected(request, entry)) return MISMATCH;
  if (entry == NULL) {
    return store_add(key->bytes, key->length, value->bytes, value->length) ? OK : FULL;
  }
  store_set(entry, value->bytes, value->length);
  return OK;
}

uint32_t execute(const uint8_t *payload, uint32_t length, uint8_t *reply) {
  struct request request;
  if (!parse(payload, length, &request)) {
    reply[0] = MALFORMED;
    return 1;
  }
  struct entry *entry = store_find(request.key.bytes, request.key.length);
  if (request.operation != GET) {
    reply[0] = (uint8_t)change(&request, entry);
    return 1;
  }
  reply[0] = entry == NULL ? NOT_FOUND : OK;
  if (entry == NULL) return 1;
  store_u16(reply + 1, entry->value_length);
  memcpy(reply + 3, entry->value, entry->value_length);
  return 3 + entry->value_length;
}
