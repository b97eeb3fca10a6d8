#include "frame.h"

#include "../common/bytes.h"
#include "../key-value/sessions.h"

struct frame {
  uint8_t destination[MAC_BYTES];
  uint8_t source[MAC_BYTES];
  uint8_t type[2];
  // Of the packet.
  uint8_t client[4];
  uint8_t number[4];
  uint8_t payload[];
};

_Static_assert(sizeof(struct frame) == ETHERNET_HEADER_BYTES + PACKET_HEADER_BYTES,
               "a frame has no gaps");

bool frame_is_request(const uint8_t *bytes, uint32_t length) {
  const struct frame *frame = (const struct frame *)bytes;
  if (length < sizeof *frame || length > ETHERNET_HEADER_BYTES + PACKET_BYTES_MAX) return false;
  if ((frame->type[0] << 8 | frame->type[1]) != ETHERTYPE) return false;
  // a group's address has the lowest bit set: everybody takes part in some
  bool is_group = (frame->destination[0] & 1) == 1;
  return is_group || same_bytes(frame->destination, network_mac, MAC_BYTES);
}

uint32_t frame_answer(const uint8_t *bytes, uint32_t length, uint8_t *out) {
  const struct frame *frame = (const struct frame *)bytes;
  struct frame *reply = (struct frame *)out;
  memcpy(reply, frame, sizeof *frame);
  memcpy(reply->destination, frame->source, MAC_BYTES);
  memcpy(reply->source, network_mac, MAC_BYTES);
  uint32_t payload_length = answer(load_u32(frame->client), load_u32(frame->number),
                                   frame->payload, length - sizeof *frame, reply->payload);
  return sizeof *frame + payload_length;
}
