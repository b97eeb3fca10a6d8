// An inner machine as the hypervisor keeps it. enter.S knows the offsets.
#ifndef INNER_H
#define INNER_H

#include <stdbool.h>
#include <stdint.h>

struct inner {
  // x0 to x31; x0 holds the hypervisor's stack pointer meanwhile.
  uint32_t x[32];
  uint32_t pc;
  uint32_t hgatp;
  // Of the trap that ended it last.
  uint32_t cause;
  uint32_t value;
  uint32_t value2;
  const char *name;
  bool waiting;
  bool done;
  uint32_t code;
  uint32_t rounds;
  uint32_t checksum;
};

#define REGISTER_SP 2
#define REGISTER_A0 10
#define REGISTER_A1 11
#define REGISTER_A7 17

// Runs an inner machine until it traps or an interrupt is due.
void inner_run(struct inner *inner);

#endif
