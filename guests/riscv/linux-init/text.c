#include "text.h"

#include "system.h"

uint32_t length_of(const char *text) {
  uint32_t length = 0;
  while (text[length] != '\0') length += 1;
  return length;
}

void write_bytes(const void *bytes, uint32_t count) {
  const char *at = bytes;
  while (count > 0) {
    int written = system_call(SYSTEM_WRITE, 1, (uintptr_t)at, count, 0, 0);
    if (written <= 0) return;
    at += written;
    count -= (uint32_t)written;
  }
}

void print(const char *text) {
  write_bytes(text, length_of(text));
}

void print_number(uint32_t value) {
  char digits[11];
  write_bytes(digits, (uint32_t)(append_number(digits, value) - digits));
}

void print_error(const char *what, int result) {
  print(what);
  print(": error ");
  print_number((uint32_t)-result);
  print("\n");
}

uint32_t take_number(const char **text) {
  uint32_t number = 0;
  for (; **text >= '0' && **text <= '9'; *text += 1) number = number * 10 + (uint32_t)(**text - '0');
  if (**text == ' ') *text += 1;
  return number;
}

int same_text(const char *one, const char *other) {
  while (*one != '\0' && *one == *other) {
    one += 1;
    other += 1;
  }
  return *one == *other;
}

char *append_text(char *at, const char *text) {
  while (*text != '\0') *at++ = *text++;
  *at = '\0';
  return at;
}

char *append_number(char *at, uint32_t number) {
  char digits[10];
  uint32_t first = sizeof digits;
  do {
    first -= 1;
    digits[first] = (char)('0' + number % 10);
    number /= 10;
  } while (number > 0);
  while (first < sizeof digits) *at++ = digits[first++];
  *at = '\0';
  return at;
}
