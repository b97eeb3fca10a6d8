#include "compile.h"

#include "../common/checksum.h"
#include "../common/random.h"
#include "files.h"
#include "system.h"
#include "text.h"

#define UNITS 16
#define SOURCE_BYTES 12288
#define SYMBOLS 4096
#define PATH_BYTES 32

#define FAILED_SOURCE 1
#define FAILED_OBJECT 2

// What one process needs; the kernel gives it and takes it back.
static char source[SOURCE_BYTES];
static uint32_t symbols[SYMBOLS];

static void path_of(char *path, uint32_t unit, const char *ending) {
  append_text(append_number(append_text(path, "/tree/unit"), unit), ending);
}

static void write_sources(void) {
  char path[PATH_BYTES];
  uint32_t state = 1;
  make_folder("/tree");
  for (uint32_t unit = 0; unit < UNITS; unit += 1) {
    for (uint32_t at = 0; at < SOURCE_BYTES; at += 1) {
      uint32_t drawn = random_below(&state, 32);
      source[at] = drawn < 26 ? (char)('a' + drawn) : ' ';
    }
    path_of(path, unit, ".c");
    write_file(path, source, SOURCE_BYTES);
  }
}

// Sorts in place, as a heap.
static void sift(uint32_t *words, uint32_t root, uint32_t count) {
  for (;;) {
    uint32_t child = 2 * root + 1;
    if (child >= count) return;
    if (child + 1 < count && words[child + 1] > words[child]) child += 1;
    if (words[root] >= words[child]) return;
    uint32_t word = words[root];
    words[root] = words[child];
    words[child] = word;
    root = child;
  }
}

static void sort(uint32_t *words, uint32_t count) {
  for (uint32_t root = count / 2; root > 0; root -= 1) sift(words, root - 1, count);
  for (uint32_t left = count; left > 1; left -= 1) {
    uint32_t word = words[0];
    words[0] = words[left - 1];
    words[left - 1] = word;
    sift(words, 0, left - 1);
  }
}

// Enters a word into the table, open addressing; a full table takes no more.
static void enter(uint32_t word) {
  for (uint32_t step = 0; step < SYMBOLS; step += 1) {
    uint32_t *slot = &symbols[(word + step) % SYMBOLS];
    if (*slot == word) return;
    if (*slot != 0) continue;
    *slot = word;
    return;
  }
}

int compile_unit(const char *number) {
  char path[PATH_BYTES];
  uint32_t unit = take_number(&number);
  path_of(path, unit, ".c");
  if (read_file(path, source, SOURCE_BYTES) != SOURCE_BYTES) return FAILED_SOURCE;
  uint32_t word = CHECKSUM_START;
  for (uint32_t at = 0; at < SOURCE_BYTES; at += 1) {
    word = checksum_word(word, (uint32_t)source[at]);
    if (source[at] == ' ') {
      enter(word | 1);
      word = CHECKSUM_START;
    }
  }
  sort(symbols, SYMBOLS);
  path_of(path, unit, ".o");
  return write_file(path, symbols, sizeof symbols) == sizeof symbols ? 0 : FAILED_OBJECT;
}

int link_units(void) {
  char path[PATH_BYTES];
  uint32_t checksum = CHECKSUM_START;
  for (uint32_t unit = 0; unit < UNITS; unit += 1) {
    path_of(path, unit, ".o");
    if (read_file(path, symbols, sizeof symbols) != sizeof symbols) return FAILED_OBJECT;
    for (uint32_t at = 0; at < SYMBOLS; at += 1) checksum = checksum_word(checksum, symbols[at]);
  }
  return write_file("/tree/all", &checksum, sizeof checksum) == sizeof checksum ? 0 : FAILED_OBJECT;
}

// Runs this program again, as another process, until it ends; its exit code, or below 0 an error.
static int run(const char *what, const char *number) {
  const char *arguments[] = {"/init", what, number, 0};
  int child = system_call(SYSTEM_CLONE, CLONE_LIKE_VFORK | SIGNAL_CHILD, 0, 0, 0, 0);
  if (child == 0) {
    system_call(SYSTEM_EXECVE, (uintptr_t)arguments[0], (uintptr_t)arguments, 0, 0, 0);
    system_call(SYSTEM_EXIT_GROUP, 127, 0, 0, 0, 0);
  }
  if (child < 0) return child;
  // signal, error, code, process, user, exit code
  uint32_t ended[32] = {0};
  int result = system_call(SYSTEM_WAITID, WAIT_FOR_ONE, (uintptr_t)child, (uintptr_t)ended,
                           WAIT_EXITED, 0);
  return result < 0 ? result : (int)ended[5];
}

static int build_once(void) {
  char number[12];
  for (uint32_t unit = 0; unit < UNITS; unit += 1) {
    append_number(number, unit);
    int code = run("unit", number);
    if (code != 0) return code;
  }
  return run("link", 0);
}

static void remove_objects(void) {
  char path[PATH_BYTES];
  for (uint32_t unit = 0; unit < UNITS; unit += 1) {
    path_of(path, unit, ".o");
    remove_file(path);
  }
  remove_file("/tree/all");
}

void build(uint32_t rounds) {
  write_sources();
  for (uint32_t round = 1; rounds == 0 || round <= rounds; round += 1) {
    int code = build_once();
    uint32_t checksum = 0;
    read_file("/tree/all", &checksum, sizeof checksum);
    remove_objects();
    print("build: round ");
    print_number(round);
    if (code != 0) {
      print(" failed with code ");
      print_number((uint32_t)(code < 0 ? -code : code));
      print("\n");
      return;
    }
    print(" checksum ");
    print_number(checksum);
    print("\n");
  }
}
