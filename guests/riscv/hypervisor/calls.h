// What an inner machine and its hypervisor know of each other.
#ifndef CALLS_H
#define CALLS_H

// The number of a call, in a7 at an ecall; all other registers but a0 and a1 come back as they were.
#define CALL_REPORT 0u // a0: rounds done, a1: checksum
#define CALL_WAIT 1u   // until the next tick
#define CALL_EXIT 2u   // a0: 0, or what was wrong

// Inner addresses. The program begins at 0 with its rounds (0: for ever) in a0 and its seed in a1.
#define INNER_STACK_END 0x00002000u
#define INNER_DATA 0x00010000u
#define INNER_DATA_PAGES 8u
#define INNER_PAGES 24u

#endif
