#include "uart.h"

#define FIFO_ON_AND_EMPTY 0x07
#define EIGHT_BITS 0x03
// Data terminal ready, request to send, interrupt output on.
#define MODEM_READY 0x0b

void uart_start(void) {
  UART_INTERRUPTS = 0;
  UART_LINE_CONTROL = EIGHT_BITS;
  UART_FIFO_CONTROL = FIFO_ON_AND_EMPTY;
  UART_MODEM_CONTROL = MODEM_READY;
}

static void put(char character) {
  while ((UART_LINE_STATUS & UART_STATUS_SENDABLE) == 0) {
  }
  UART_DATA = (uint8_t)character;
}

void print(const char *text) {
  for (; *text != '\0'; text += 1) put(*text);
}

void print_number(uint32_t value) {
  char digits[11];
  char *at = digits + sizeof digits - 1;
  *at = '\0';
  do {
    at -= 1;
    *at = (char)('0' + value % 10);
    value /= 10;
  } while (value > 0);
  print(at);
}

void print_hex(uint32_t value) {
  print("0x");
  for (int shift = 28; shift >= 0; shift -= 4) put("0123456789abcdef"[value >> shift & 15]);
}
