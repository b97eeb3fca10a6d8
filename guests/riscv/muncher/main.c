// Writes random words over a working set of pages, so many between two ticks of the timer, and waits.
// It knows the sum of all words it wrote, so that it notices memory that is not what it left behind.
#include "../common/machine.h"
#include "../common/random.h"
#include "../common/uart.h"

#define FAILED_SUM 1
#define FAILED_OPTION 2

#define WORDS_PER_PAGE (PAGE_BYTES / 4)
#define PAGES_MAX 0x40000u

// Pages of the working set, right behind the image; the machine must have them.
OPTION muncher_pages = 64;
OPTION muncher_writes_per_round = 256;
// Rounds until power-off; 0: for ever.
OPTION muncher_rounds = 0;
// A round begins with each tick: time between two, in units of the timer.
OPTION muncher_period = 10000;
// Rounds between two lines on the console; 0: none but the last.
OPTION muncher_report_rounds = 100;
OPTION muncher_seed = 1;

extern uint32_t image_end[];

// What the program knows, at a symbol, so that a test can read it.
volatile uint32_t muncher_round;
volatile uint32_t muncher_sum;

static volatile uint32_t ticks;
static uint64_t next_tick;

void on_timer(void) {
  ticks += 1;
  next_tick += muncher_period;
  timer_set(next_tick);
}

static void wait_for_tick(uint32_t seen) {
  interrupts_off();
  while (ticks == seen) {
    wait_for_interrupt();
    interrupts_on();
    interrupts_off();
  }
  interrupts_on();
}

static void write_words(uint32_t *state, uint32_t words) {
  uint32_t sum = muncher_sum;
  for (uint32_t left = muncher_writes_per_round; left > 0; left -= 1) {
    uint32_t *word = image_end + random_below(state, words);
    uint32_t value = random_next(state);
    sum += value - *word;
    *word = value;
  }
  muncher_sum = sum;
}

static void check_sum(uint32_t words) {
  uint32_t sum = 0;
  for (uint32_t index = 0; index < words; index += 1) sum += image_end[index];
  if (sum != muncher_sum) fail(FAILED_SUM, "muncher: the memory holds other words");
}

static void report(void) {
  print("muncher: round ");
  print_number(muncher_round);
  print(" checksum ");
  print_hex(muncher_sum);
  print("\n");
}

int main(void) {
  uint32_t words = muncher_pages * WORDS_PER_PAGE;
  uint32_t state = muncher_seed;
  uart_start();
  if (muncher_pages < 1 || muncher_pages > PAGES_MAX || state == 0 || muncher_period == 0) {
    fail(FAILED_OPTION, "muncher: expected pages, a seed and a period above 0");
  }
  next_tick = timer_now() + muncher_period;
  timer_set(next_tick);
  enable_sources(TIMER_INTERRUPT);
  interrupts_on();

  uint32_t until_report = muncher_report_rounds;
  for (;;) {
    // a round that took longer than a tick is followed by the next at once
    wait_for_tick(muncher_round);
    write_words(&state, words);
    muncher_round += 1;
    bool last = muncher_round == muncher_rounds;
    until_report -= 1;
    if (until_report == 0 || last) {
      check_sum(words);
      report();
      until_report = muncher_report_rounds;
    }
    if (last) return 0;
  }
}
