#include "sessions.h"

#include "../common/bytes.h"
#include "../common/machine.h"
#include "protocol.h"
#include "request.h"

#define EXECUTIONS_MAX 0xff

// Broken on purpose when not 0, for tests of the checks: a request that arrives again is executed again.
OPTION execute_retries = 0;

struct client {
  uint32_t used;
  uint32_t client;
};

struct kept_reply {
  uint32_t number;
  uint16_t length;
  uint8_t bytes[REPLY_BYTES_MAX];
};

// Open addressing from client modulo SESSION_CLIENTS on; nobody leaves.
TABLE struct client session_clients[SESSION_CLIENTS];
// Times executed, a byte for each number.
TABLE uint8_t session_journal[SESSION_CLIENTS][SESSION_NUMBERS];
TABLE struct kept_reply session_replies[SESSION_CLIENTS][SESSION_WINDOW];

static uint32_t refuse(enum session_status status, uint8_t *reply) {
  reply[0] = (uint8_t)status;
  return 1;
}

// The index of a client, who is entered if new; SESSION_CLIENTS without room.
static uint32_t index_of(uint32_t client) {
  for (uint32_t probe = 0; probe < SESSION_CLIENTS; probe += 1) {
    uint32_t index = (client + probe) % SESSION_CLIENTS;
    struct client *entry = &session_clients[index];
    if (entry->used == 0) {
      entry->client = client;
      entry->used = 1;
    }
    if (entry->client == client) return index;
  }
  return SESSION_CLIENTS;
}

uint32_t answer(uint32_t client, uint32_t number, const uint8_t *payload, uint32_t length,
                uint8_t *reply) {
  if (number < 1 || number >= SESSION_NUMBERS) return refuse(NUMBER_OUT_OF_RANGE, reply);
  uint32_t index = index_of(client);
  if (index == SESSION_CLIENTS) return refuse(TOO_MANY_CLIENTS, reply);

  uint8_t *executions = &session_journal[index][number];
  struct kept_reply *kept = &session_replies[index][number % SESSION_WINDOW];
  if (*executions > 0 && execute_retries == 0) {
    // a client that keeps to its window never meets this: it had the reply before it went so far
    if (kept->number != number) return refuse(REPLY_FORGOTTEN, reply);
    memcpy(reply, kept->bytes, kept->length);
    return kept->length;
  }

  uint32_t reply_length = execute(payload, length, reply);
  if (*executions < EXECUTIONS_MAX) *executions += 1;
  kept->number = number;
  kept->length = (uint16_t)reply_length;
  memcpy(kept->bytes, reply, reply_length);
  return reply_length;
}
