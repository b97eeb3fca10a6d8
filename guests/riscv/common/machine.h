// The machine that all guests run on: physical addresses, control registers, interrupts, time, power.
#ifndef MACHINE_H
#define MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE_BYTES 4096u

// A value that a loader may change through the symbol table before the guest starts.
#define OPTION __attribute__((section(".data.options"))) volatile uint32_t

// Zero at first, on pages of its own. By this beginning of the name the compiler knows that the file need not hold it.
#define TABLE __attribute__((section(".sbss.tables"), aligned(4096)))

#define REGISTER8(address) (*(volatile uint8_t *)(address))
#define REGISTER32(address) (*(volatile uint32_t *)(address))

#define POWER_BASE 0x00100000u
#define CLINT_BASE 0x02000000u
#define PLIC_BASE 0x0c000000u
#define UART_BASE 0x10000000u
#define VIRTIO_BASE 0x10001000u
#define VIRTIO_STRIDE 0x1000u
#define VIRTIO_SLOTS 8u

#define UART_INTERRUPT 10u

// Bits of mie and mip.
#define SOFTWARE_INTERRUPT (1u << 3)
#define TIMER_INTERRUPT (1u << 7)
#define EXTERNAL_INTERRUPT (1u << 11)

#define MSTATUS_MIE (1u << 3)

static inline void enable_sources(uint32_t bits) {
  __asm__ volatile("csrs mie, %0" : : "r"(bits) : "memory");
}

static inline void interrupts_on(void) {
  __asm__ volatile("csrsi mstatus, %0" : : "i"(MSTATUS_MIE) : "memory");
}

static inline void interrupts_off(void) {
  __asm__ volatile("csrci mstatus, %0" : : "i"(MSTATUS_MIE) : "memory");
}

// Returns when an enabled source is pending, even while interrupts are off: what was looked at
// with interrupts off cannot change unnoticed before the wait.
static inline void wait_for_interrupt(void) {
  __asm__ volatile("wfi" : : : "memory");
}

static inline void fence(void) {
  __asm__ volatile("fence iorw, iorw" : : : "memory");
}

static inline void fence_instructions(void) {
  __asm__ volatile("fence.i" : : : "memory");
}

// Time in units of the timer, 10 MHz.
uint64_t timer_now(void);
// The timer's interrupt is pending from `time` on.
void timer_set(uint64_t time);
// Raises or clears the software interrupt of a hart.
void software_interrupt_set(uint32_t hart, bool raised);

// Lets a source of the interrupt controller through to hart 0.
void plic_enable(uint32_t source);

// Called with interrupts off. Those of a guest replace the weak ones, which panic.
void on_timer(void);
void on_software(void);
void on_external(uint32_t source);

// Where hart 1 begins; the weak one returns at once and so parks it.
void second_hart(void);

int main(void);

// Ends the machine: code 0 is success.
_Noreturn void power_off(uint32_t code);

// Prints why and ends the machine with this code.
_Noreturn void fail(uint32_t code, const char *why);

#endif
