// Two harts increment shared counters in three ways and write down, under a lock, who came when: totals
// that never depend on how the harts interleave, and a log that always does.
#include "../common/checksum.h"
#include "../common/machine.h"
#include "../common/uart.h"

#define HARTS 2u
#define LOG_ENTRIES 4096u

#define FAILED_TOTAL 1
#define FAILED_LONELY 2

// Longest wait for the second hart, in units of the timer.
#define LONELY_TIME 1000000u

OPTION two_harts_rounds = 1000;

// All of this is read by tests through its symbols.
TABLE uint32_t amo_total;
TABLE uint32_t lrsc_total;
TABLE uint32_t locked_total;
// Entries that were written: the hart in the upper 16 bits, its round in the lower. The newest overwrite the oldest.
TABLE volatile uint32_t log_entries[LOG_ENTRIES];
volatile uint32_t log_length;
volatile uint32_t switches;

static uint32_t lock;
static volatile uint32_t last_hart;
static volatile bool begun[HARTS], done[HARTS];

static void take(uint32_t *word) {
  uint32_t was;
  do {
    __asm__ volatile("amoswap.w.aq %0, %1, (%2)" : "=&r"(was) : "r"(1), "r"(word) : "memory");
  } while (was != 0);
}

static void give(uint32_t *word) {
  __asm__ volatile("amoswap.w.rl zero, zero, (%0)" : : "r"(word) : "memory");
}

static void add_atomically(uint32_t *word) {
  __asm__ volatile("amoadd.w zero, %0, (%1)" : : "r"(1), "r"(word) : "memory");
}

static void add_conditionally(uint32_t *word) {
  uint32_t value, failed;
  __asm__ volatile(
      "1: lr.w %0, (%2)\n"
      "   addi %0, %0, 1\n"
      "   sc.w %1, %0, (%2)\n"
      "   bnez %1, 1b\n"
      : "=&r"(value), "=&r"(failed)
      : "r"(word)
      : "memory");
}

static void note(uint32_t hart, uint32_t round) {
  log_entries[log_length % LOG_ENTRIES] = hart << 16 | (round & 0xffff);
  log_length += 1;
  if (last_hart != hart) switches += 1;
  last_hart = hart;
}

static void count(uint32_t hart) {
  uint32_t rounds = two_harts_rounds;
  volatile uint32_t *locked = &locked_total;
  begun[hart] = true;
  for (uint32_t round = 0; round < rounds; round += 1) {
    add_atomically(&amo_total);
    add_conditionally(&lrsc_total);
    take(&lock);
    *locked += 1;
    note(hart, round);
    give(&lock);
  }
  fence();
  done[hart] = true;
}

void on_software(void) {
  software_interrupt_set(1, false);
}

// Hart 1 sleeps until hart 0 wakes it.
void second_hart(void) {
  enable_sources(SOFTWARE_INTERRUPT);
  wait_for_interrupt();
  interrupts_on();
  interrupts_off();
  count(1);
}

static uint32_t log_checksum(void) {
  uint32_t checksum = CHECKSUM_START;
  uint32_t length = log_length < LOG_ENTRIES ? log_length : LOG_ENTRIES;
  for (uint32_t index = 0; index < length; index += 1) {
    checksum = checksum_word(checksum, log_entries[index]);
  }
  return checksum;
}

static void check(const char *what, uint32_t total) {
  print(what);
  print_number(total);
  if (total != HARTS * two_harts_rounds) {
    print("\n");
    fail(FAILED_TOTAL, "two-harts: an increment was lost");
  }
}

int main(void) {
  uart_start();
  software_interrupt_set(1, true);
  // looks at the clock now and then only: a device is slow
  uint64_t end = timer_now() + LONELY_TIME;
  for (uint32_t looks = 1; !begun[1]; looks += 1) {
    if (looks % 1024 != 0 || timer_now() < end) continue;
    fail(FAILED_LONELY, "two-harts: the second hart did not begin");
  }
  count(0);
  while (!done[1]) {
  }
  fence();
  check("two-harts: amo ", amo_total);
  check(" lr-sc ", lrsc_total);
  check(" locked ", locked_total);
  print(" switches ");
  print_number(switches);
  print(" log ");
  print_hex(log_checksum());
  print("\n");
  return 0;
}
