// The inner program "sorter": fills an array, sorts it, checks it, once between two ticks. It counts its
// exchanges with load-reserved and store-conditional, on a page of their own.
#include "inner-program.h"

#include "../common/checksum.h"
#include "../common/random.h"

#define WORDS 96u
#define REPORT_ROUNDS 16u

#define FAILED_ORDER 1u
#define FAILED_COUNT 2u

INLINE void add_one(volatile uint32_t *counter) {
  uint32_t value, failed;
  do {
    __asm__ volatile(
        "lr.w %0, (%2)\n\t"
        "addi %0, %0, 1\n\t"
        "sc.w %1, %0, (%2)"
        : "=&r"(value), "=&r"(failed)
        : "r"(counter)
        : "memory");
  } while (failed != 0);
}

INNER_PROGRAM(sorter)(uint32_t rounds, uint32_t seed) {
  volatile uint32_t *counter = (volatile uint32_t *)(INNER_DATA + 4 * 4096);
  uint32_t state = seed;
  uint32_t exchanges = 0;
  uint32_t checksum = CHECKSUM_START;
  for (uint32_t round = 1;; round += 1) {
    // somewhere else each time, and across the end of a page now and then
    volatile uint32_t *words =
        (volatile uint32_t *)(INNER_DATA + 4 * random_below(&state, 3 * 1024));
    for (uint32_t index = 0; index < WORDS; index += 1) words[index] = random_next(&state);
    for (uint32_t gap = WORDS / 2; gap > 0; gap /= 2) {
      for (uint32_t index = gap; index < WORDS; index += 1) {
        uint32_t value = words[index];
        uint32_t place = index;
        for (; place >= gap && words[place - gap] > value; place -= gap) {
          words[place] = words[place - gap];
          exchanges += 1;
        }
        words[place] = value;
      }
      add_one(counter);
    }
    for (uint32_t index = 0; index < WORDS; index += 1) {
      if (index > 0 && words[index - 1] > words[index]) leave(FAILED_ORDER);
      checksum = checksum_word(checksum, words[index]);
    }
    // gaps of 48, 24, 12, 6, 3, 1
    if (*counter != 6 * round) leave(FAILED_COUNT);
    if (round % REPORT_ROUNDS == 0 || round == rounds) {
      call(CALL_REPORT, round, checksum_word(checksum, exchanges));
    }
    if (round == rounds) leave(0);
    call(CALL_WAIT, 0, 0);
  }
}
