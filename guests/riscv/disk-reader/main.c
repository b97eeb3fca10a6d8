// Reads from a disk, so many sectors at each tick of the timer, from anywhere on it, and puts together a checksum
// of all that it has read. Now and then it writes what it read somewhere else: the disk does not stay as it was.
#include "../common/checksum.h"
#include "../common/machine.h"
#include "../common/random.h"
#include "../common/uart.h"
#include "../common/virtio-blk.h"

#define FAILED_OPTION 2
#define FAILED_NO_DISK 3

#define SECTORS_MAX 128u
#define WORDS_PER_SECTOR (SECTOR_BYTES / 4)

// Sectors of a read, 1 to 128; the disk must have them.
OPTION reader_sectors = 8;
// A read begins with each tick: time between two, in units of the timer.
OPTION reader_period = 10000;
// Reads until what was read is written to another place; 0: never.
OPTION reader_write_reads = 8;
// Reads between two lines on the console; 0: none.
OPTION reader_report_reads = 100;
OPTION reader_seed = 1;

TABLE uint32_t reader_buffer[SECTORS_MAX * WORDS_PER_SECTOR];

// What the program knows, at a symbol, so that a test can read it.
volatile uint32_t reader_reads;
volatile uint32_t reader_checksum = CHECKSUM_START;

static volatile uint32_t ticks;
static uint64_t next_tick;

void on_timer(void) {
  ticks += 1;
  next_tick += reader_period;
  timer_set(next_tick);
}

void on_external(uint32_t source) {
  (void)source;
  block_interrupt();
}

static bool has_ticked(void) {
  return ticks != reader_reads;
}

static bool is_done(void) {
  return !block_busy();
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

static void report(void) {
  print("disk-reader: reads ");
  print_number(reader_reads);
  print(" checksum ");
  print_hex(reader_checksum);
  print("\n");
}

static void read_somewhere(uint32_t *state, uint32_t places) {
  block_read(random_below(state, places), reader_buffer, reader_sectors * SECTOR_BYTES);
  wait_until(is_done);
  uint32_t checksum = reader_checksum;
  uint32_t words = reader_sectors * WORDS_PER_SECTOR;
  for (uint32_t index = 0; index < words; index += 1) {
    checksum = checksum_word(checksum, reader_buffer[index]);
  }
  reader_checksum = checksum;
  reader_reads += 1;
}

static void write_somewhere(uint32_t *state, uint32_t places) {
  // with the checksum in it, what comes later depends on the order of what came before
  reader_buffer[0] = reader_checksum;
  block_write(random_below(state, places), reader_buffer, reader_sectors * SECTOR_BYTES);
  wait_until(is_done);
}

int main(void) {
  uint32_t state = reader_seed;
  uart_start();
  if (reader_sectors < 1 || reader_sectors > SECTORS_MAX || state == 0 || reader_period == 0) {
    fail(FAILED_OPTION, "disk-reader: expected sectors, a seed and a period above 0");
  }
  if (!block_start() || block_sectors < reader_sectors) fail(FAILED_NO_DISK, "disk-reader: no disk");
  uint32_t places = block_sectors - reader_sectors + 1;
  next_tick = timer_now() + reader_period;
  timer_set(next_tick);
  enable_sources(TIMER_INTERRUPT);

  uint32_t until_write = reader_write_reads;
  uint32_t until_report = reader_report_reads;
  for (;;) {
    // a read that took longer than a tick is followed by the next at once
    wait_until(has_ticked);
    read_somewhere(&state, places);
    until_write -= 1;
    if (until_write == 0) {
      write_somewhere(&state, places);
      until_write = reader_write_reads;
    }
    until_report -= 1;
    if (until_report == 0) {
      report();
      until_report = reader_report_reads;
    }
  }
}
