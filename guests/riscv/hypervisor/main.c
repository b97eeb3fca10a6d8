// A hypervisor: two inner machines take turns by the timer. Their pages come when they are first used, move
// to other places and are taken away for a while, so that the tables change all the time.
#include "../common/machine.h"
#include "../common/uart.h"

#include "inner.h"
#include "tables.h"

// Rounds of each inner program; 0: for ever.
OPTION hypervisor_rounds = 64;
// A round of each begins with each tick: time between two, in units of the timer.
OPTION hypervisor_period = 2000;
// Longest turn of an inner machine while both run, in units of the timer.
OPTION hypervisor_slice = 150;
OPTION hypervisor_seed = 1;

#define FAILED_INNER 1
#define FAILED_OPTION 2
#define FAILED_ADDRESS 3

#define CAUSE_TIMER 0x80000007u
#define CAUSE_CALL 8u
#define CAUSE_FETCH_PAGE 20u
#define CAUSE_LOAD_PAGE 21u
#define CAUSE_STORE_PAGE 23u

#define ECALL_BYTES 4

// The linker says where the sections of the inner programs are.
extern const uint8_t __start_inner_writer[], __stop_inner_writer[];
extern const uint8_t __start_inner_sorter[], __stop_inner_sorter[];

static struct inner inners[INNERS];
static uint64_t next_tick;
volatile uint32_t hypervisor_ticks;
volatile uint32_t hypervisor_turns;

static void start(uint32_t index, const char *name, const uint8_t *program, const uint8_t *end) {
  struct inner *inner = &inners[index];
  inner->name = name;
  inner->hgatp = tables_start(index);
  tables_load(index, program, (uint32_t)(end - program));
  inner->x[REGISTER_SP] = INNER_STACK_END;
  inner->x[REGISTER_A0] = hypervisor_rounds;
  inner->x[REGISTER_A1] = hypervisor_seed + index;
}

static void report(const struct inner *inner) {
  print("hypervisor: ");
  print(inner->name);
  print(" round ");
  print_number(inner->rounds);
  print(" checksum ");
  print_hex(inner->checksum);
  print("\n");
}

static void call(struct inner *inner) {
  inner->pc += ECALL_BYTES;
  uint32_t first = inner->x[REGISTER_A0];
  switch (inner->x[REGISTER_A7]) {
    case CALL_REPORT:
      inner->rounds = first;
      inner->checksum = inner->x[REGISTER_A1];
      report(inner);
      break;
    case CALL_WAIT:
      inner->waiting = true;
      break;
    default:
      inner->done = true;
      inner->code = first;
  }
}

static void unexpected(const struct inner *inner) {
  print("hypervisor: ");
  print(inner->name);
  print(" cause ");
  print_hex(inner->cause);
  print(" at ");
  print_hex(inner->pc);
  print(" value ");
  print_hex(inner->value);
  print("\n");
  power_off(FAILED_INNER);
}

// Changes the tables of both at the end of a turn; which pages follows from the turns so far.
static void keep_house(void) {
  uint32_t turn = hypervisor_turns;
  for (uint32_t index = 0; index < INNERS; index += 1) {
    tables_set_aside(index, (turn * 5 + index) % INNER_PAGES);
    if (turn % 4 == index) tables_move(index, (turn / 4 * 7 + index) % INNER_PAGES);
  }
}

static void tick(void) {
  if (timer_now() < next_tick) return;
  hypervisor_ticks += 1;
  next_tick += hypervisor_period;
  for (uint32_t index = 0; index < INNERS; index += 1) inners[index].waiting = false;
}

static void handle(uint32_t index) {
  struct inner *inner = &inners[index];
  uint32_t cause = inner->cause;
  if (cause == CAUSE_CALL) return call(inner);
  if (cause == CAUSE_TIMER) return;
  if (cause != CAUSE_FETCH_PAGE && cause != CAUSE_LOAD_PAGE && cause != CAUSE_STORE_PAGE) {
    unexpected(inner);
  }
  if (inner->value2 != inner->value >> 2) fail(FAILED_ADDRESS, "hypervisor: two addresses");
  if (!tables_fault(index, inner->value, cause == CAUSE_STORE_PAGE)) unexpected(inner);
}

static bool is_ready(const struct inner *inner) {
  return !inner->waiting && !inner->done;
}

// A turn: until the inner machine waits or is done, or its time is up.
static void turn(uint32_t index) {
  uint64_t end = timer_now() + hypervisor_slice;
  timer_set(end);
  while (is_ready(&inners[index])) {
    inner_run(&inners[index]);
    handle(index);
    if (inners[index].cause == CAUSE_TIMER) break;
  }
  hypervisor_turns += 1;
  keep_house();
  tick();
}

static bool all_done(void) {
  for (uint32_t index = 0; index < INNERS; index += 1) {
    if (!inners[index].done) return false;
  }
  return true;
}

int main(void) {
  uart_start();
  if (hypervisor_period == 0 || hypervisor_slice == 0 || hypervisor_seed == 0) {
    fail(FAILED_OPTION, "hypervisor: expected a period, a slice and a seed above 0");
  }
  start(0, "writer", __start_inner_writer, __stop_inner_writer);
  start(1, "sorter", __start_inner_sorter, __stop_inner_sorter);
  next_tick = timer_now() + hypervisor_period;
  // interrupts stay off: only inner machines are interrupted
  enable_sources(TIMER_INTERRUPT);
  uint32_t last = 0;
  while (!all_done()) {
    uint32_t other = (last + 1) % INNERS;
    if (is_ready(&inners[other])) last = other;
    if (is_ready(&inners[last])) {
      turn(last);
      continue;
    }
    timer_set(next_tick);
    wait_for_interrupt();
    tick();
  }
  uint32_t code = 0;
  for (uint32_t index = 0; index < INNERS; index += 1) {
    if (inners[index].code == 0) continue;
    print("hypervisor: ");
    print(inners[index].name);
    print(" failed\n");
    code = FAILED_INNER;
  }
  return (int)code;
}
