// Requests that become one record of the journal, and the replies that wait for it.
#ifndef BATCH_H
#define BATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "../common/virtio-blk.h"
#include "frame.h"

#define BATCH_REQUESTS_MAX 32
#define RECORD_SECTORS_MAX 16

#define RECORD_MAGIC 0x4c4e524au

// In front of the requests; each of these is its length in a word, then its packet up to a whole word.
struct record_header {
  uint32_t magic;
  // From 1.
  uint32_t sequence;
  // Of the requests.
  uint32_t bytes;
  // FNV-1a over sequence, bytes and requests, a word at a time.
  uint32_t check;
};

struct batch {
  uint32_t count;
  // Of the requests in the record so far.
  uint32_t bytes;
  struct {
    uint32_t length;
    uint8_t frame[REPLY_FRAME_BYTES_MAX];
  } replies[BATCH_REQUESTS_MAX];
  struct {
    struct record_header header;
    uint8_t requests[RECORD_SECTORS_MAX * SECTOR_BYTES - sizeof(struct record_header)];
  } record __attribute__((aligned(4)));
};

// Whether a frame of this length fits as well.
bool batch_has_room(const struct batch *batch, uint32_t length);

// Executes the request of a frame, adds it to the record, and keeps the reply.
void batch_add(struct batch *batch, const uint8_t *frame, uint32_t length);

// Completes the record; returns its sectors.
uint32_t batch_seal(struct batch *batch, uint32_t sequence);

// Sends all replies and empties the batch.
void batch_answer(struct batch *batch);

#endif
