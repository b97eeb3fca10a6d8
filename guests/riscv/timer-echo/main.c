// Timer interrupts, input echoed by interrupt and atomic additions at the same time: a program that is
// somewhere else at every instruction. "q" ends it.
#include "../common/machine.h"
#include "../common/uart.h"

#define SLOTS 64u
#define ECHO_BYTES 64u

// Time between two ticks, in units of the timer.
OPTION timer_period = 100;
// Additions between two waits; 0 waits only.
OPTION additions_per_wake = 100;

// All of this is read by tests through its symbols.
volatile uint32_t timer_ticks;
volatile uint32_t wakes;
volatile uint32_t echoed;
volatile uint32_t additions;
TABLE uint32_t addition_slots[SLOTS];

static uint64_t next_tick;
static volatile bool quit;

// Echoes wait here until the device takes them.
static volatile uint8_t echo[ECHO_BYTES];
static volatile uint32_t echo_head, echo_tail;

void on_timer(void) {
  timer_ticks += 1;
  next_tick += timer_period;
  timer_set(next_tick);
}

static void receive(void) {
  while ((UART_LINE_STATUS & UART_STATUS_RECEIVED) != 0) {
    uint8_t character = UART_DATA;
    if (character == 'q') quit = true;
    // what does not fit is lost, as on a real line
    if (echo_tail - echo_head == ECHO_BYTES) continue;
    echo[echo_tail % ECHO_BYTES] = character;
    echo_tail += 1;
  }
}

static void send(void) {
  while (echo_head != echo_tail && (UART_LINE_STATUS & UART_STATUS_SENDABLE) != 0) {
    UART_DATA = echo[echo_head % ECHO_BYTES];
    echo_head += 1;
    echoed += 1;
  }
  // "sendable" interrupts only while there is something to send, or it would never end
  UART_INTERRUPTS = UART_INTERRUPT_RECEIVED | (echo_head != echo_tail ? UART_INTERRUPT_SENDABLE : 0);
}

void on_external(uint32_t source) {
  if (source != UART_INTERRUPT) fail(1, "timer-echo: interrupt of another device");
  // reading the identification is what takes back "sendable"
  (void)UART_IDENTIFICATION;
  receive();
  send();
}

// Adds 1 to the slots in turn; their sum is the number of additions.
static void add(void) {
  for (uint32_t left = additions_per_wake; left > 0; left -= 1) {
    uint32_t *slot = &addition_slots[additions % SLOTS];
    __asm__ volatile("amoadd.w zero, %0, (%1)" : : "r"(1), "r"(slot) : "memory");
    additions += 1;
  }
}

static uint32_t slot_sum(void) {
  uint32_t sum = 0;
  for (uint32_t slot = 0; slot < SLOTS; slot += 1) sum += addition_slots[slot];
  return sum;
}

int main(void) {
  uart_start();
  if (timer_period == 0) fail(2, "timer-echo: expected a period above 0");
  print("timer-echo: ready\n");
  next_tick = timer_now() + timer_period;
  timer_set(next_tick);
  plic_enable(UART_INTERRUPT);
  UART_INTERRUPTS = UART_INTERRUPT_RECEIVED;
  enable_sources(TIMER_INTERRUPT | EXTERNAL_INTERRUPT);
  interrupts_on();

  while (!quit || echo_head != echo_tail) {
    add();
    wakes += 1;
    interrupts_off();
    if (!quit) wait_for_interrupt();
    interrupts_on();
  }

  interrupts_off();
  if (slot_sum() != additions) fail(3, "timer-echo: additions were lost");
  print("\ntimer-echo: ticks ");
  print_number(timer_ticks);
  print(" wakes ");
  print_number(wakes);
  print(" echoed ");
  print_number(echoed);
  print(" additions ");
  print_number(additions);
  print("\n");
  return 0;
}
