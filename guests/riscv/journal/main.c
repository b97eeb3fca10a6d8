// A key-value server with a journal: requests are executed as they come, collected for a while, written to
// the disk as one record, and answered when the disk has it. The next ones are collected meanwhile.
#include "../common/bytes.h"
#include "../common/machine.h"
#include "../common/uart.h"
#include "../common/virtio-blk.h"
#include "../common/virtio-net.h"
#include "batch.h"
#include "generation.h"

#define FAILED_NO_CARD 1
#define FAILED_NO_DISK 3

// From a batch's first request to its end, in steps of the timer: 200 µs.
OPTION batch_time = 2000;

// After so many requests the generation advances.
OPTION generation_requests = 16;

#define NEVER UINT64_MAX

TABLE struct batch batches[2];

// The one that takes requests, and the one that the disk is writing, if it is.
static struct batch *open = &batches[0];
static struct batch *written;

// Set by the timer, until the open batch is handed to the disk.
static volatile bool is_due;

// Counters for tests: requests, frames that were none, records written.
volatile uint32_t requests_taken;
volatile uint32_t frames_ignored;
volatile uint32_t journal_records;

// Where the next record goes, unless it does not fit before the end of the disk.
static uint32_t next_sector;

// The driver's, see network.c.
void network_interrupt(uint32_t source);

void on_external(uint32_t source) {
  if (source == block_interrupt_source) block_interrupt();
  else network_interrupt(source);
}

// The timer is set for a batch and only once: nothing else ends a batch, and without one it is off.
void on_timer(void) {
  timer_set(NEVER);
  is_due = true;
}

// A frame that can be dealt with now, until network_release; NULL if there is none.
static const uint8_t *next_frame(uint32_t *length) {
  const uint8_t *frame = network_received(length);
  if (frame == NULL || !frame_is_request(frame, *length)) return frame;
  return batch_has_room(open, *length) ? frame : NULL;
}

static bool is_written(void) {
  return written != NULL && !block_busy();
}

static bool is_to_write(void) {
  return is_due && written == NULL;
}

static bool has_work(void) {
  uint32_t length;
  return is_written() || is_to_write() || next_frame(&length) != NULL;
}

static void wait_until(bool (*is_so)(void)) {
  interrupts_off();
  while (!is_so()) {
    wait_for_interrupt();
    interrupts_on();
    interrupts_off();
  }
  interrupts_on();
}

static void take(const uint8_t *frame, uint32_t length) {
  generation_check();
  batch_add(open, frame, length);
  network_release();
  requests_taken += 1;
  if (requests_taken % generation_requests == 0) generation_advance();
  if (open->count == 1) timer_set(timer_now() + batch_time);
}

static void write_batch(void) {
  is_due = false;
  journal_records += 1;
  uint32_t sectors = batch_seal(open, journal_records);
  if (next_sector + sectors > block_sectors) next_sector = 0;
  block_write(next_sector, &open->record, sectors * SECTOR_BYTES);
  next_sector += sectors;
  written = open;
  open = open == &batches[0] ? &batches[1] : &batches[0];
}

static bool is_idle(void) {
  return !block_busy();
}

// The journal begins empty, whatever the disk holds; reading it shows that the disk answers.
static void read_first_sector(void) {
  block_read(0, &open->record, SECTOR_BYTES);
  wait_until(is_idle);
}

int main(void) {
  uart_start();
  if (!block_start() || block_sectors < RECORD_SECTORS_MAX) fail(FAILED_NO_DISK, "journal: no disk");
  read_first_sector();
  if (!network_start()) fail(FAILED_NO_CARD, "journal: no network card");
  // what it is set to at the start is up to the machine
  timer_set(NEVER);
  enable_sources(TIMER_INTERRUPT);
  generation_check();
  print("journal: ready\n");
  for (;;) {
    uint32_t length;
    const uint8_t *frame;
    if (is_written()) {
      batch_answer(written);
      written = NULL;
    } else if (is_to_write()) {
      write_batch();
    } else if ((frame = next_frame(&length)) == NULL) {
      wait_until(has_work);
    } else if (frame_is_request(frame, length)) {
      take(frame, length);
    } else {
      network_release();
      frames_ignored += 1;
    }
  }
}
