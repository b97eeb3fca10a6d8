// A key-value server on the network card: one packet in a frame, the reply in another. Waits when idle.
#include "../common/bytes.h"
#include "../common/machine.h"
#include "../common/uart.h"
#include "../common/virtio-net.h"
#include "protocol.h"
#include "sessions.h"

#define FAILED_NO_CARD 1

// Parts of an Ethernet frame.
#define DESTINATION 0
#define SOURCE 6
#define TYPE 12
#define PACKET ETHERNET_HEADER_BYTES

_Static_assert(PACKET + PACKET_HEADER_BYTES + REPLY_BYTES_MAX <= FRAME_BYTES_MAX,
               "a reply fits a frame");

// Counters for tests: frames that were answered, and that were none of ours.
volatile uint32_t frames_answered;
volatile uint32_t frames_ignored;

static bool is_for_us(const uint8_t *frame, uint32_t length) {
  if (length < PACKET + PACKET_HEADER_BYTES || length > PACKET + PACKET_BYTES_MAX) return false;
  if (frame[TYPE] != ETHERTYPE >> 8 || frame[TYPE + 1] != (ETHERTYPE & 0xff)) return false;
  // our own address, or one of a group that we take part in: everybody
  return same_bytes(frame + DESTINATION, network_mac, MAC_BYTES) || (frame[DESTINATION] & 1) == 1;
}

// Writes the frame that answers `frame`; returns its length.
static uint32_t answer_frame(const uint8_t *frame, uint32_t length, uint8_t *out) {
  const uint8_t *packet = frame + PACKET;
  memcpy(out + DESTINATION, frame + SOURCE, MAC_BYTES);
  memcpy(out + SOURCE, network_mac, MAC_BYTES);
  out[TYPE] = ETHERTYPE >> 8;
  out[TYPE + 1] = ETHERTYPE & 0xff;
  memcpy(out + PACKET, packet, PACKET_HEADER_BYTES);
  uint32_t reply_length =
      answer(load_u32(packet), load_u32(packet + 4), packet + PACKET_HEADER_BYTES,
             length - PACKET - PACKET_HEADER_BYTES, out + PACKET + PACKET_HEADER_BYTES);
  return PACKET + PACKET_HEADER_BYTES + reply_length;
}

int main(void) {
  uart_start();
  if (!network_start()) fail(FAILED_NO_CARD, "riscv-kv: no network card");
  print("riscv-kv: ready\n");
  for (;;) {
    uint32_t length;
    const uint8_t *frame = network_received(&length);
    if (frame == NULL) {
      network_wait(false);
      continue;
    }
    if (!is_for_us(frame, length)) {
      frames_ignored += 1;
      network_release();
      continue;
    }
    // room first: a request that was executed must be answered
    uint8_t *out = network_room();
    if (out == NULL) {
      network_wait(true);
      continue;
    }
    uint32_t out_length = answer_frame(frame, length, out);
    network_release();
    frames_answered += 1;
    network_send(out_length);
  }
}
