#include "machine.h"

#include "uart.h"

#define CLINT_MSIP(hart) REGISTER32(CLINT_BASE + 4 * (hart))
#define CLINT_MTIMECMP_LOW REGISTER32(CLINT_BASE + 0x4000)
#define CLINT_MTIMECMP_HIGH REGISTER32(CLINT_BASE + 0x4004)
#define CLINT_MTIME_LOW REGISTER32(CLINT_BASE + 0xbff8)
#define CLINT_MTIME_HIGH REGISTER32(CLINT_BASE + 0xbffc)

#define PLIC_PRIORITY(source) REGISTER32(PLIC_BASE + 4 * (source))
#define PLIC_THRESHOLD REGISTER32(PLIC_BASE + 0x200000)
#define PLIC_CLAIM REGISTER32(PLIC_BASE + 0x200004)
// A word for each 32 sources; all of this machine's are in the first.
#define PLIC_ENABLE REGISTER32(PLIC_BASE + 0x2000)

#define POWER_PASS 0x5555u
#define POWER_FAIL 0x3333u

#define CAUSE_INTERRUPT 0x80000000u
#define CAUSE_SOFTWARE (CAUSE_INTERRUPT | 3)
#define CAUSE_TIMER (CAUSE_INTERRUPT | 7)
#define CAUSE_EXTERNAL (CAUSE_INTERRUPT | 11)

// Exit code of a guest that took a trap it has no answer to.
#define FAILED_TRAP 100

uint64_t timer_now(void) {
  uint32_t high, low;
  // the low half may overflow between two reads
  do {
    high = CLINT_MTIME_HIGH;
    low = CLINT_MTIME_LOW;
  } while (high != CLINT_MTIME_HIGH);
  return (uint64_t)high << 32 | low;
}

void timer_set(uint64_t time) {
  // never before the later of both times, however far the write has come
  CLINT_MTIMECMP_HIGH = 0xffffffff;
  CLINT_MTIMECMP_LOW = (uint32_t)time;
  CLINT_MTIMECMP_HIGH = (uint32_t)(time >> 32);
}

void software_interrupt_set(uint32_t hart, bool raised) {
  fence();
  CLINT_MSIP(hart) = raised;
}

void plic_enable(uint32_t source) {
  PLIC_PRIORITY(source) = 1;
  PLIC_THRESHOLD = 0;
  PLIC_ENABLE = PLIC_ENABLE | 1u << source;
}

__attribute__((weak)) void on_timer(void) {
  fail(FAILED_TRAP, "timer interrupt");
}

__attribute__((weak)) void on_software(void) {
  fail(FAILED_TRAP, "software interrupt");
}

__attribute__((weak)) void on_external(uint32_t source) {
  (void)source;
  fail(FAILED_TRAP, "external interrupt");
}

__attribute__((weak)) void second_hart(void) {}

static void external(void) {
  for (;;) {
    uint32_t source = PLIC_CLAIM;
    if (source == 0) return;
    on_external(source);
    PLIC_CLAIM = source;
  }
}

// Called by trap_entry.
void trap(uint32_t cause, uint32_t pc, uint32_t value) {
  if (cause == CAUSE_TIMER) return on_timer();
  if (cause == CAUSE_EXTERNAL) return external();
  if (cause == CAUSE_SOFTWARE) return on_software();
  print("trap: cause ");
  print_hex(cause);
  print(" at ");
  print_hex(pc);
  print(" value ");
  print_hex(value);
  print("\n");
  power_off(FAILED_TRAP);
}

_Noreturn void power_off(uint32_t code) {
  REGISTER32(POWER_BASE) = code == 0 ? POWER_PASS : POWER_FAIL | code << 16;
  for (;;) wait_for_interrupt();
}

_Noreturn void fail(uint32_t code, const char *why) {
  print("failed: ");
  print(why);
  print("\n");
  power_off(code);
}
