// The few calls of the Linux kernel that the init program makes, on a 32-bit RISC-V.
#ifndef SYSTEM_H
#define SYSTEM_H

#include <stdint.h>

#define SYSTEM_MKDIRAT 34
#define SYSTEM_UNLINKAT 35
#define SYSTEM_MOUNT 40
#define SYSTEM_OPENAT 56
#define SYSTEM_CLOSE 57
#define SYSTEM_READ 63
#define SYSTEM_WRITE 64
#define SYSTEM_PREAD64 67
#define SYSTEM_PWRITE64 68
#define SYSTEM_SYNC 81
#define SYSTEM_EXIT_GROUP 94
#define SYSTEM_WAITID 95
#define SYSTEM_REBOOT 142
#define SYSTEM_UNAME 160
#define SYSTEM_CLONE 220
#define SYSTEM_EXECVE 221
#define SYSTEM_CLOCK_NANOSLEEP_TIME64 407

#define AT_CURRENT_FOLDER -100
#define OPEN_READ 0
#define OPEN_READ_WRITE 2
// for writing, made if it is not there, emptied if it is
#define OPEN_WRITE_NEW 0x241

#define REBOOT_MAGIC_1 0xfee1dead
#define REBOOT_MAGIC_2 672274793
#define REBOOT_POWER_OFF 0x4321fedc

#define CLOCK_MONOTONIC 1

// The parent waits until the child has another program: they share memory until then.
#define CLONE_LIKE_VFORK 0x4100
#define SIGNAL_CHILD 17
#define WAIT_FOR_ONE 1
#define WAIT_EXITED 4

// What the kernel returns: below 0 an error.
static inline int system_call(int number, uintptr_t a, uintptr_t b, uintptr_t c, uintptr_t d,
                              uintptr_t e) {
  register uintptr_t a0 __asm__("a0") = a;
  register uintptr_t a1 __asm__("a1") = b;
  register uintptr_t a2 __asm__("a2") = c;
  register uintptr_t a3 __asm__("a3") = d;
  register uintptr_t a4 __asm__("a4") = e;
  register int a7 __asm__("a7") = number;
  __asm__ volatile("ecall"
                   : "+r"(a0)
                   : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a7)
                   : "memory");
  return (int)a0;
}

#endif
