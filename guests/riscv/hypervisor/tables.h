// The inner machines' memory: a pool of pages, and for each inner machine Sv32x4 tables that say where its
// pages are.
#ifndef TABLES_H
#define TABLES_H

#include <stdbool.h>
#include <stdint.h>

#include "calls.h"

#define INNERS 2u

// Counters; tests read them through their symbols.
extern volatile uint32_t pages_mapped, pages_moved, pages_aside, pages_returned, pages_dirtied;

// Makes empty tables; returns what goes to hgatp.
uint32_t tables_start(uint32_t inner);

// Maps an inner machine's first page: a program, which is only read and executed.
void tables_load(uint32_t inner, const uint8_t *program, uint32_t bytes);

// An inner machine has accessed a page in a way that its tables do not permit: makes them permit it.
// False if it never may.
bool tables_fault(uint32_t inner, uint32_t address, bool store);

// Copies a page to another place, and the old place is free.
void tables_move(uint32_t inner, uint32_t page);

// Takes a page away until its next fault; nobody else gets the place.
void tables_set_aside(uint32_t inner, uint32_t page);

#endif
