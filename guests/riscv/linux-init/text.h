// Texts, and printing them to the console.
#ifndef TEXT_H
#define TEXT_H

#include <stdint.h>

uint32_t length_of(const char *text);
int same_text(const char *one, const char *other);

// Reads digits; leaves `text` at what follows them and one space.
uint32_t take_number(const char **text);

// Writes behind `at`, with an end; returns where the end is.
char *append_text(char *at, const char *text);
char *append_number(char *at, uint32_t number);

void write_bytes(const void *bytes, uint32_t count);
void print(const char *text);
void print_number(uint32_t value);
void print_error(const char *what, int result);

#endif
