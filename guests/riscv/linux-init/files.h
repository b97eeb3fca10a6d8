// Files, in a word each: below 0 an error of the kernel.
#ifndef FILES_H
#define FILES_H

#include <stdint.h>

int open_file(const char *path, uint32_t how);
void close_file(int file);

// Reads as much as there is, up to a limit; returns how much.
int read_file(const char *path, void *bytes, uint32_t limit);

// Makes a file, or one anew, of these bytes.
int write_file(const char *path, const void *bytes, uint32_t count);

void remove_file(const char *path);
void make_folder(const char *path);

#endif
