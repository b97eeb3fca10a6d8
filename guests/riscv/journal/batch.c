#include "batch.h"

#include "../common/bytes.h"
#include "../common/checksum.h"

#define WORD_BYTES 4u

static uint32_t whole_words(uint32_t bytes) {
  return (bytes + WORD_BYTES - 1) / WORD_BYTES * WORD_BYTES;
}

static uint32_t bytes_in_record(uint32_t frame_length) {
  return WORD_BYTES + whole_words(frame_length - ETHERNET_HEADER_BYTES);
}

bool batch_has_room(const struct batch *batch, uint32_t length) {
  if (batch->count == BATCH_REQUESTS_MAX) return false;
  return batch->bytes + bytes_in_record(length) <= sizeof batch->record.requests;
}

void batch_add(struct batch *batch, const uint8_t *frame, uint32_t length) {
  uint32_t packet_length = length - ETHERNET_HEADER_BYTES;
  uint8_t *at = batch->record.requests + batch->bytes;
  // zeros first: the packet may end within a word
  memset(at, 0, bytes_in_record(length));
  store_u32(at, packet_length);
  memcpy(at + WORD_BYTES, frame + ETHERNET_HEADER_BYTES, packet_length);
  batch->bytes += bytes_in_record(length);

  uint8_t *reply = batch->replies[batch->count].frame;
  batch->replies[batch->count].length = frame_answer(frame, length, reply);
  batch->count += 1;
}

uint32_t batch_seal(struct batch *batch, uint32_t sequence) {
  uint32_t check = checksum_word(checksum_word(CHECKSUM_START, sequence), batch->bytes);
  for (uint32_t at = 0; at < batch->bytes; at += WORD_BYTES) {
    check = checksum_word(check, load_u32(batch->record.requests + at));
  }
  batch->record.header = (struct record_header){
      .magic = RECORD_MAGIC,
      .sequence = sequence,
      .bytes = batch->bytes,
      .check = check,
  };
  uint32_t bytes = sizeof batch->record.header + batch->bytes;
  uint32_t sectors = (bytes + SECTOR_BYTES - 1) / SECTOR_BYTES;
  // nothing of an earlier record of this buffer goes to the disk again
  memset(batch->record.requests + batch->bytes, 0, sectors * SECTOR_BYTES - bytes);
  return sectors;
}

void batch_answer(struct batch *batch) {
  for (uint32_t index = 0; index < batch->count; index += 1) {
    uint8_t *room = network_room();
    while (room == NULL) {
      network_wait(true);
      room = network_room();
    }
    memcpy(room, batch->replies[index].frame, batch->replies[index].length);
    network_send(batch->replies[index].length);
  }
  batch->count = 0;
  batch->bytes = 0;
}
