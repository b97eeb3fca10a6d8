// The only program of the Linux guest: a prompt with a few commands.
#include "../common/bytes.h"
#include "../common/checksum.h"
#include "../common/random.h"
#include "system.h"

#define LINE_BYTES 256
#define SECTOR_BYTES 512

static char line[LINE_BYTES];
static uint8_t sector[SECTOR_BYTES];

static uint32_t length_of(const char *text) {
  uint32_t length = 0;
  while (text[length] != '\0') length += 1;
  return length;
}

static void write_bytes(const void *bytes, uint32_t count) {
  const char *at = bytes;
  while (count > 0) {
    int written = system_call(SYSTEM_WRITE, 1, (uintptr_t)at, count, 0, 0);
    if (written <= 0) return;
    at += written;
    count -= (uint32_t)written;
  }
}

static void print(const char *text) {
  write_bytes(text, length_of(text));
}

static void print_number(uint32_t value) {
  char digits[10];
  uint32_t at = sizeof digits;
  do {
    at -= 1;
    digits[at] = (char)('0' + value % 10);
    value /= 10;
  } while (value > 0);
  write_bytes(digits + at, sizeof digits - at);
}

static void print_error(const char *what, int result) {
  print(what);
  print(": error ");
  print_number((uint32_t)-result);
  print("\n");
}

// Reads digits; leaves `text` at what follows them and one space.
static uint32_t take_number(const char **text) {
  uint32_t number = 0;
  for (; **text >= '0' && **text <= '9'; *text += 1) number = number * 10 + (uint32_t)(**text - '0');
  if (**text == ' ') *text += 1;
  return number;
}

static int open_file(const char *path, uint32_t how) {
  return system_call(SYSTEM_OPENAT, (uintptr_t)AT_CURRENT_FOLDER, (uintptr_t)path, how, 0, 0);
}

static void close_file(int file) {
  system_call(SYSTEM_CLOSE, (uintptr_t)file, 0, 0, 0, 0);
}

static void echo(const char *text) {
  print(text);
  print("\n");
}

static void uname(const char *text) {
  (void)text;
  // system, node, release, version, machine, domain
  static char names[6][65];
  int result = system_call(SYSTEM_UNAME, (uintptr_t)names, 0, 0, 0, 0);
  if (result < 0) return print_error("uname", result);
  print(names[0]);
  print(" ");
  print(names[2]);
  print(" ");
  print(names[4]);
  print("\n");
}

static void cat(const char *path) {
  int file = open_file(path, OPEN_READ);
  if (file < 0) return print_error("cat", file);
  for (;;) {
    int count = system_call(SYSTEM_READ, (uintptr_t)file, (uintptr_t)sector, SECTOR_BYTES, 0, 0);
    if (count <= 0) break;
    write_bytes(sector, (uint32_t)count);
  }
  close_file(file);
}

static void sleep(const char *text) {
  struct {
    uint32_t seconds_low, seconds_high, nanoseconds_low, nanoseconds_high;
  } time = {take_number(&text), 0, 0, 0};
  system_call(SYSTEM_CLOCK_NANOSLEEP_TIME64, CLOCK_MONOTONIC, 0, (uintptr_t)&time, 0, 0);
}

// Computes for a while and prints what came out.
static void work(const char *text) {
  uint32_t state = 1;
  uint32_t checksum = CHECKSUM_START;
  for (uint32_t left = take_number(&text); left > 0; left -= 1) {
    checksum = checksum_word(checksum, random_next(&state));
  }
  print_number(checksum);
  print("\n");
}

// A sector of the disk, past the kernel's cache as soon as it is synchronized.
static void store(const char *text) {
  uint32_t number = take_number(&text);
  int file = open_file("/dev/vda", OPEN_READ_WRITE);
  if (file < 0) return print_error("store", file);
  memset(sector, 0, SECTOR_BYTES);
  memcpy(sector, text, length_of(text));
  uint32_t low = number * SECTOR_BYTES, high = number / (0x80000000u / SECTOR_BYTES * 2);
  int result = system_call(SYSTEM_PWRITE64, (uintptr_t)file, (uintptr_t)sector, SECTOR_BYTES, low, high);
  if (result < 0) print_error("store", result);
  system_call(SYSTEM_SYNC, 0, 0, 0, 0, 0);
  close_file(file);
}

static void load(const char *text) {
  uint32_t number = take_number(&text);
  int file = open_file("/dev/vda", OPEN_READ);
  if (file < 0) return print_error("load", file);
  uint32_t low = number * SECTOR_BYTES, high = number / (0x80000000u / SECTOR_BYTES * 2);
  int result = system_call(SYSTEM_PREAD64, (uintptr_t)file, (uintptr_t)sector, SECTOR_BYTES, low, high);
  if (result < 0) print_error("load", result);
  else {
    uint32_t length = 0;
    while (length < (uint32_t)result && sector[length] != 0) length += 1;
    write_bytes(sector, length);
    print("\n");
  }
  close_file(file);
}

static void power_off(const char *text) {
  (void)text;
  system_call(SYSTEM_SYNC, 0, 0, 0, 0, 0);
  int result = system_call(SYSTEM_REBOOT, REBOOT_MAGIC_1, REBOOT_MAGIC_2, REBOOT_POWER_OFF, 0, 0);
  print_error("poweroff", result);
}

// Whether the line begins with this word; `rest` is then what follows it and a space.
static int is_command(const char *word, const char **rest) {
  uint32_t length = length_of(word);
  if (!same_bytes((const uint8_t *)word, (const uint8_t *)line, length)) return 0;
  if (line[length] != ' ' && line[length] != '\0') return 0;
  *rest = line + length + (line[length] == ' ');
  return 1;
}

// Not a table: its pointers would hold addresses.
static void obey(void) {
  const char *rest;
  if (line[0] == '\0') return;
  if (is_command("echo", &rest)) return echo(rest);
  if (is_command("uname", &rest)) return uname(rest);
  if (is_command("cat", &rest)) return cat(rest);
  if (is_command("sleep", &rest)) return sleep(rest);
  if (is_command("work", &rest)) return work(rest);
  if (is_command("store", &rest)) return store(rest);
  if (is_command("load", &rest)) return load(rest);
  if (is_command("poweroff", &rest)) return power_off(rest);
  print("commands: echo TEXT, uname, cat FILE, sleep SECONDS, work STEPS, store SECTOR TEXT, "
        "load SECTOR, poweroff\n");
}

// A line without its end; 0 when there is no console to read from.
static int read_line(void) {
  uint32_t length = 0;
  for (;;) {
    char character;
    int count = system_call(SYSTEM_READ, 0, (uintptr_t)&character, 1, 0, 0);
    if (count <= 0) return 0;
    if (character == '\n') break;
    if (length < LINE_BYTES - 1) line[length++] = character;
  }
  line[length] = '\0';
  return 1;
}

static void mount(const char *type, const char *folder) {
  system_call(SYSTEM_MKDIRAT, (uintptr_t)AT_CURRENT_FOLDER, (uintptr_t)folder, 0755, 0, 0);
  int result =
      system_call(SYSTEM_MOUNT, (uintptr_t)type, (uintptr_t)folder, (uintptr_t)type, 0, 0);
  if (result < 0) print_error(folder, result);
}

int main(void) {
  mount("proc", "/proc");
  mount("devtmpfs", "/dev");
  for (;;) {
    print("standin$ ");
    if (!read_line()) break;
    obey();
  }
  power_off("");
  for (;;) sleep("1000000");
}
