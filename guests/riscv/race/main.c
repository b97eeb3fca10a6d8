// A server whose two harts race at each request: both write down, under a lock, who came when, and the reply says
// how it went. How many came is known before; in which order the machine alone decides.
#include "../common/bytes.h"
#include "../common/checksum.h"
#include "../common/machine.h"
#include "../common/uart.h"
#include "../common/virtio-net.h"
#include "../journal/frame.h"
#include "../key-value/request.h"

#define FAILED_NO_CARD 1
#define FAILED_LONELY 2

// Longest wait for the second hart, in units of the timer.
#define LONELY_TIME 100000u

#define REPLY_BYTES 8u
#define LOG_ENTRIES 4096u

// Times that each hart comes in a race.
OPTION race_rounds = 16;

// Entries that were written: the hart in the upper 16 bits, the round in the lower. The newest overwrite the oldest.
TABLE volatile uint32_t log_entries[LOG_ENTRIES];
volatile uint32_t log_length;

volatile uint32_t frames_answered;
volatile uint32_t frames_ignored;

static uint32_t lock;
// Races that were begun, and those that hart 1 has run to the end.
static volatile uint32_t begun, done;
static volatile bool is_second_there;

static void take(void) {
  uint32_t was;
  do {
    __asm__ volatile("amoswap.w.aq %0, %1, (%2)" : "=&r"(was) : "r"(1), "r"(&lock) : "memory");
  } while (was != 0);
}

static void give(void) {
  __asm__ volatile("amoswap.w.rl zero, zero, (%0)" : : "r"(&lock) : "memory");
}

static void run(uint32_t hart) {
  for (uint32_t round = 0; round < race_rounds; round += 1) {
    take();
    log_entries[log_length % LOG_ENTRIES] = hart << 16 | (round & 0xffff);
    log_length += 1;
    give();
  }
}

void on_software(void) {
  software_interrupt_set(1, false);
}

// Hart 1 sleeps until hart 0 wakes it for a race.
void second_hart(void) {
  enable_sources(SOFTWARE_INTERRUPT);
  is_second_there = true;
  for (;;) {
    while (done == begun) {
      wait_for_interrupt();
      interrupts_on();
      interrupts_off();
    }
    run(1);
    fence();
    done += 1;
  }
}

static uint32_t checksum_from(uint32_t first) {
  uint32_t checksum = CHECKSUM_START;
  for (uint32_t index = first; index != log_length; index += 1) {
    checksum = checksum_word(checksum, log_entries[index % LOG_ENTRIES]);
  }
  return checksum;
}

// A request's payload is ignored. The reply: entries so far, and a check value over those of this race.
uint32_t execute(const uint8_t *payload, uint32_t length, uint8_t *reply) {
  (void)payload;
  (void)length;
  uint32_t first = log_length;
  begun += 1;
  software_interrupt_set(1, true);
  run(0);
  while (done != begun) {
  }
  fence();
  store_u32(reply, log_length);
  store_u32(reply + 4, checksum_from(first));
  return REPLY_BYTES;
}

int main(void) {
  uart_start();
  uint64_t end = timer_now() + LONELY_TIME;
  while (!is_second_there) {
    if (timer_now() >= end) fail(FAILED_LONELY, "race: no second hart");
  }
  if (!network_start()) fail(FAILED_NO_CARD, "race: no network card");
  print("race: ready\n");
  for (;;) {
    uint32_t length;
    const uint8_t *frame = network_received(&length);
    if (frame == NULL) {
      network_wait(false);
      continue;
    }
    if (!frame_is_request(frame, length)) {
      frames_ignored += 1;
      network_release();
      continue;
    }
    // room first: a request that was executed must be answered
    uint8_t *out = network_room();
    if (out == NULL) {
      network_wait(true);
      continue;
    }
    uint32_t out_length = frame_answer(frame, length, out);
    network_release();
    frames_answered += 1;
    network_send(out_length);
  }
}
