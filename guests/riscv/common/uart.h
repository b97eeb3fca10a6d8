// The console: a 16550. Printing waits for the device, not for an interrupt.
#ifndef UART_H
#define UART_H

#include <stdint.h>

#include "machine.h"

#define UART_DATA REGISTER8(UART_BASE + 0)
#define UART_INTERRUPTS REGISTER8(UART_BASE + 1)
#define UART_IDENTIFICATION REGISTER8(UART_BASE + 2)
#define UART_FIFO_CONTROL REGISTER8(UART_BASE + 2)
#define UART_LINE_CONTROL REGISTER8(UART_BASE + 3)
#define UART_MODEM_CONTROL REGISTER8(UART_BASE + 4)
#define UART_LINE_STATUS REGISTER8(UART_BASE + 5)

#define UART_INTERRUPT_RECEIVED 0x01
#define UART_INTERRUPT_SENDABLE 0x02
#define UART_STATUS_RECEIVED 0x01
#define UART_STATUS_SENDABLE 0x20

// Eight bits, no parity, FIFOs on, no interrupts.
void uart_start(void);
void print(const char *text);
void print_number(uint32_t value);
// "0x" and eight digits.
void print_hex(uint32_t value);

#endif
