// Executes each request of each client exactly once and answers repetitions with the reply of that once.
// The tables lie at their symbols for src/guest/riscv/key-value-audit.ts, which knows these numbers too.
#ifndef SESSIONS_H
#define SESSIONS_H

#include <stdint.h>

// Clients that the machine can know; nobody is ever forgotten.
#define SESSION_CLIENTS 32
// Request numbers of a client run from 1 to one below this.
#define SESSION_NUMBERS 16384
// Replies kept for each client, the one to request n in slot n modulo this.
#define SESSION_WINDOW 32

// Writes the reply to a request; at most REPLY_BYTES_MAX. Returns its length.
uint32_t answer(uint32_t client, uint32_t number, const uint8_t *payload, uint32_t length,
                uint8_t *reply);

#endif
