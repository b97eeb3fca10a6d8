// A load like that of a build: a process for each unit, files in memory, tables and sorting, a link at the end.
#ifndef COMPILE_H
#define COMPILE_H

#include <stdint.h>

// Writes the sources, then builds and removes everything so often, 0 for ever; a line on the console each time.
void build(uint32_t rounds);

// In a process of its own: reads one source, looks its words up, sorts them, writes its object; the exit code.
int compile_unit(const char *number);

// In a process of its own: reads all objects and writes one file of them; the exit code.
int link_units(void);

#endif
