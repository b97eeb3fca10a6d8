// A number that is kept twice: in a word of data, and in an instruction that is rewritten with it. A
// machine that executes an instruction as it once was has two different numbers.
#ifndef GENERATION_H
#define GENERATION_H

#include <stdint.h>

// In the word.
extern volatile uint32_t generation;

// Powers off with code 2 if the number in the instruction is another.
void generation_check(void);

// Adds one to both.
void generation_advance(void);

#endif
