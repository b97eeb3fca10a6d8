// The inner program "writer": random words over its data, so many between two ticks. It knows their sum,
// so that it notices memory that is not what it left behind.
#include "inner-program.h"

#include "../common/random.h"

#define WRITES_PER_ROUND 48u
#define REPORT_ROUNDS 16u
#define WORDS (INNER_DATA_PAGES * 1024u)

#define FAILED_SUM 1u

INNER_PROGRAM(writer)(uint32_t rounds, uint32_t seed) {
  volatile uint32_t *words = (volatile uint32_t *)INNER_DATA;
  volatile uint8_t *bytes = (volatile uint8_t *)INNER_DATA;
  uint32_t state = seed;
  uint32_t sum = 0;
  for (uint32_t round = 1;; round += 1) {
    for (uint32_t left = WRITES_PER_ROUND; left > 0; left -= 1) {
      uint32_t index = random_below(&state, WORDS);
      uint32_t value = random_next(&state);
      if (value % 8 == 0) {
        // one byte only
        uint32_t place = 4 * index + value / 8 % 4;
        sum -= words[index];
        bytes[place] = (uint8_t)(value >> 24);
        sum += words[index];
      } else if (value % 8 == 1) {
        uint32_t before;
        __asm__ volatile("amoadd.w %0, %1, (%2)"
                         : "=&r"(before)
                         : "r"(value), "r"(&words[index])
                         : "memory");
        sum += value;
      } else {
        sum += value - words[index];
        words[index] = value;
      }
    }
    if (round % REPORT_ROUNDS == 0 || round == rounds) {
      uint32_t found = 0;
      for (uint32_t index = 0; index < WORDS; index += 1) found += words[index];
      if (found != sum) leave(FAILED_SUM);
      call(CALL_REPORT, round, sum);
    }
    if (round == rounds) leave(0);
    call(CALL_WAIT, 0, 0);
  }
}
