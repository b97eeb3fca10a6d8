// Fills an array, sorts it, checks the order and the sum, over and over; a load that keeps one hart busy.
#include "../common/checksum.h"
#include "../common/machine.h"
#include "../common/uart.h"

#define WORDS_MAX 65536u

#define FAILED_ORDER 1
#define FAILED_SUM 2
#define FAILED_OPTION 3

// Rounds, words in the array (2 to 65,536), seed.
OPTION options[3] = {10, 4096, 1};

TABLE uint32_t sort_words[WORDS_MAX];

// The step of the generator in "Numerical Recipes".
static uint32_t step(uint32_t state) {
  return state * 1664525u + 1013904223u;
}

// Lets the word at `root` sink until the heap below it, of `count` words in all, is in order.
static void sink(uint32_t *words, uint32_t root, uint32_t count) {
  uint32_t sinking = words[root];
  for (;;) {
    uint32_t child = 2 * root + 1;
    if (child >= count) break;
    if (child + 1 < count && words[child] < words[child + 1]) child += 1;
    if (words[child] <= sinking) break;
    words[root] = words[child];
    root = child;
  }
  words[root] = sinking;
}

static void heap_sort(uint32_t *words, uint32_t count) {
  for (uint32_t root = count / 2; root > 0; root -= 1) sink(words, root - 1, count);
  for (uint32_t last = count - 1; last > 0; last -= 1) {
    uint32_t largest = words[0];
    words[0] = words[last];
    words[last] = largest;
    sink(words, 0, last);
  }
}

int main(void) {
  uint32_t rounds = options[0];
  uint32_t count = options[1];
  uint32_t state = options[2];
  uint32_t checksum = CHECKSUM_START;
  uart_start();
  if (count < 2 || count > WORDS_MAX) fail(FAILED_OPTION, "sort: expected 2 to 65536 words");

  for (uint32_t round = 0; round < rounds; round += 1) {
    uint32_t sum = 0;
    for (uint32_t index = 0; index < count; index += 1) {
      state = step(state);
      sort_words[index] = state;
      sum += state;
    }
    heap_sort(sort_words, count);
    for (uint32_t index = 0; index < count; index += 1) {
      uint32_t word = sort_words[index];
      if (index > 0 && sort_words[index - 1] > word) fail(FAILED_ORDER, "sort: not in order");
      sum -= word;
      checksum = checksum_word(checksum, word);
    }
    if (sum != 0) fail(FAILED_SUM, "sort: other words than before");
  }

  print("sort: rounds ");
  print_number(rounds);
  print(" words ");
  print_number(count);
  print(" checksum ");
  print_hex(checksum);
  print("\n");
  return 0;
}
