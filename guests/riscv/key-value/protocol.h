// Requests and replies as src/guest/packet.ts, key-value-protocol.ts and session-status.ts define them.
#ifndef PROTOCOL_H
#define PROTOCOL_H

#include <stdint.h>

// Local experimental ethertype.
#define ETHERTYPE 0x88b5

// Client and number, four bytes each.
#define PACKET_HEADER_BYTES 8
#define PACKET_BYTES_MAX 1472

#define KEY_BYTES_MAX 64
#define VALUE_BYTES_MAX 256

enum operation { GET, PUT, DELETE, CAS };

enum status { OK, NOT_FOUND, MISMATCH, FULL, MALFORMED };

enum session_status {
  NUMBER_OUT_OF_RANGE = 0xf0,
  TOO_MANY_CLIENTS = 0xf1,
  REPLY_FORGOTTEN = 0xf3,
};

// A status, the length of a value and the value.
#define REPLY_BYTES_MAX (3 + VALUE_BYTES_MAX)

#endif
