#include "files.h"

#include "system.h"

int open_file(const char *path, uint32_t how) {
  return system_call(SYSTEM_OPENAT, (uintptr_t)AT_CURRENT_FOLDER, (uintptr_t)path, how, 0, 0);
}

void close_file(int file) {
  system_call(SYSTEM_CLOSE, (uintptr_t)file, 0, 0, 0, 0);
}

int read_file(const char *path, void *bytes, uint32_t limit) {
  int file = open_file(path, OPEN_READ);
  if (file < 0) return file;
  uint32_t length = 0;
  while (length < limit) {
    int count =
        system_call(SYSTEM_READ, (uintptr_t)file, (uintptr_t)bytes + length, limit - length, 0, 0);
    if (count <= 0) break;
    length += (uint32_t)count;
  }
  close_file(file);
  return (int)length;
}

int write_file(const char *path, const void *bytes, uint32_t count) {
  int file = system_call(SYSTEM_OPENAT, (uintptr_t)AT_CURRENT_FOLDER, (uintptr_t)path,
                         OPEN_WRITE_NEW, 0644, 0);
  if (file < 0) return file;
  uint32_t written = 0;
  while (written < count) {
    int result = system_call(SYSTEM_WRITE, (uintptr_t)file, (uintptr_t)bytes + written,
                             count - written, 0, 0);
    if (result <= 0) break;
    written += (uint32_t)result;
  }
  close_file(file);
  return (int)written;
}

void remove_file(const char *path) {
  system_call(SYSTEM_UNLINKAT, (uintptr_t)AT_CURRENT_FOLDER, (uintptr_t)path, 0, 0, 0);
}

void make_folder(const char *path) {
  system_call(SYSTEM_MKDIRAT, (uintptr_t)AT_CURRENT_FOLDER, (uintptr_t)path, 0755, 0, 0);
}
