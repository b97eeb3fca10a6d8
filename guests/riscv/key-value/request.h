// Executes a request on the store.
#ifndef REQUEST_H
#define REQUEST_H

#include <stdint.h>

// Writes the reply to a payload of any bytes; at most REPLY_BYTES_MAX. Returns its length.
uint32_t execute(const uint8_t *payload, uint32_t length, uint8_t *reply);

#endif
