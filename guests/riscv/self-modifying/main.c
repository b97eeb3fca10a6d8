// Rewrites its own instructions in every way that a cache of decoded instructions could miss.
#include "../common/bytes.h"
#include "../common/machine.h"
#include "../common/uart.h"

#define TEMPLATE_BYTES 12

OPTION self_modifying_rounds = 200;

typedef uint32_t function(uint32_t argument);

extern function patch_add, patch_itself, store_beside, across_pages, copied;
extern volatile uint32_t patch_add_at[], patch_add_counter[], store_beside_words[];
extern volatile uint32_t across_pages_last[], across_pages_first[];
extern const uint32_t template_double[], template_square[], template_negate[];

static uint32_t checks;

static void expect(uint32_t step, uint32_t expected, uint32_t got) {
  checks += 1;
  if (expected == got) return;
  print("self-modifying: step ");
  print_number(step);
  print(" expected ");
  print_hex(expected);
  print(", got ");
  print_hex(got);
  print("\n");
  power_off(step);
}

// addi a0, a0, immediate
static uint32_t add_immediate(uint32_t immediate) {
  return immediate << 20 | 10u << 15 | 10u << 7 | 0x13u;
}

// Instruction and data on one page, both written.
static void patch_words(uint32_t round) {
  uint32_t before = patch_add_counter[0];
  patch_add_at[0] = add_immediate(round & 0x7ff);
  fence_instructions();
  expect(1, before + (round & 0x7ff), patch_add(0));
  expect(2, before + 2 * (round & 0x7ff), patch_add(0));
}

// Less than a word of an instruction: the upper 12 bits are the immediate.
static void patch_parts(uint32_t round) {
  patch_add_at[0] = add_immediate(0);
  fence_instructions();
  uint32_t before = patch_add(0);
  uint32_t high = round & 0x7f;
  ((volatile uint8_t *)patch_add_at)[3] = (uint8_t)high;
  fence_instructions();
  expect(3, before + (high << 4), patch_add(0));
  ((volatile uint16_t *)patch_add_at)[1] = (uint16_t)(3u << 4 | 10u >> 1);
  fence_instructions();
  expect(4, before + (high << 4) + 3, patch_add(0));
}

// An atomic memory operation writes code too.
static void patch_atomically(uint32_t round) {
  uint32_t before = patch_add_counter[0];
  uint32_t was;
  patch_add_at[0] = add_immediate(1);
  __asm__ volatile("amoadd.w %0, %1, (%2)"
                   : "=&r"(was)
                   : "r"((round & 0x3ff) << 20), "r"(patch_add_at)
                   : "memory");
  fence_instructions();
  expect(5, add_immediate(1), was);
  expect(6, before + 1 + (round & 0x3ff), patch_add(0));
}

static void run_patched_itself(uint32_t round) {
  uint32_t times = 1 + (round & 63);
  expect(7, times * (times + 1) / 2, patch_itself(times));
}

// Doubles its argument sixteen times and leaves what was stored beside the code.
static void run_beside_data(uint32_t round) {
  expect(8, round << 16, store_beside(round));
  expect(9, round << 15, store_beside_words[15]);
}

static void patch_across_pages(uint32_t round) {
  across_pages_first[0] = add_immediate(round & 0xff);
  fence_instructions();
  uint32_t last = across_pages_last[0] >> 20;
  expect(10, last + (round & 0xff), across_pages(0));
  across_pages_last[0] = add_immediate((round + 7) & 0xff);
  fence_instructions();
  expect(11, ((round + 7) & 0xff) + (round & 0xff), across_pages(0));
}

static void copy_code(const uint32_t *code) {
  memcpy((void *)(uintptr_t)copied, code, TEMPLATE_BYTES);
  fence_instructions();
}

static void replace_functions(uint32_t round) {
  copy_code(template_double);
  expect(12, 2 * round, copied(round));
  copy_code(template_square);
  expect(13, round * round, copied(round));
  copy_code(template_negate);
  expect(14, -round, copied(round));
}

int main(void) {
  uart_start();
  for (uint32_t round = 0; round < self_modifying_rounds; round += 1) {
    patch_words(round);
    patch_parts(round);
    patch_atomically(round);
    run_patched_itself(round);
    run_beside_data(round);
    patch_across_pages(round);
    replace_functions(round);
  }
  print("self-modifying: checks ");
  print_number(checks);
  print(" counter ");
  print_hex(patch_add_counter[0]);
  print("\n");
  return 0;
}
