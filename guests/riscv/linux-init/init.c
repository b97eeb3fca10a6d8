// The only program of the Linux guest: a prompt with a few commands, and the parts of a build.
#include "../common/bytes.h"
#include "../common/checksum.h"
#include "../common/random.h"
#include "compile.h"
#include "files.h"
#include "system.h"
#include "text.h"

#define LINE_BYTES 256
#define SECTOR_BYTES 512

static char line[LINE_BYTES];
static uint8_t sector[SECTOR_BYTES];

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
  if (is_command("build", &rest)) return build(take_number(&rest));
  if (is_command("poweroff", &rest)) return power_off(rest);
  print("commands: echo TEXT, uname, cat FILE, sleep SECONDS, work STEPS, store SECTOR TEXT, "
        "load SECTOR, build ROUNDS, poweroff\n");
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
  make_folder(folder);
  int result =
      system_call(SYSTEM_MOUNT, (uintptr_t)type, (uintptr_t)folder, (uintptr_t)type, 0, 0);
  if (result < 0) print_error(folder, result);
}

// What the kernel leaves on the stack: how many arguments, then where they are.
int main(const uintptr_t *start) {
  uintptr_t count = start[0];
  const char *const *arguments = (const char *const *)(start + 1);
  if (count > 2 && same_text(arguments[1], "unit")) return compile_unit(arguments[2]);
  if (count > 1 && same_text(arguments[1], "link")) return link_units();
  mount("proc", "/proc");
  mount("devtmpfs", "/dev");
  if (count > 2 && same_text(arguments[1], "build")) {
    const char *rounds = arguments[2];
    build(take_number(&rounds));
  }
  for (;;) {
    print("standin$ ");
    if (!read_line()) break;
    obey();
  }
  power_off("");
  for (;;) sleep("1000000");
}
