// Packets of clients in Ethernet frames.
#ifndef FRAME_H
#define FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "../common/virtio-net.h"
#include "../key-value/protocol.h"

#define REPLY_FRAME_BYTES_MAX (ETHERNET_HEADER_BYTES + PACKET_HEADER_BYTES + REPLY_BYTES_MAX)

_Static_assert(REPLY_FRAME_BYTES_MAX <= FRAME_BYTES_MAX, "a reply fits a frame");

// Whether a frame carries a packet for this machine.
bool frame_is_request(const uint8_t *frame, uint32_t length);

// Executes the request of such a frame and writes the frame that answers it; returns its length.
uint32_t frame_answer(const uint8_t *frame, uint32_t length, uint8_t *out);

#endif
