// A driver for the network card of the virtio 1.1 standard behind memory-mapped registers (version 2).
// Two queues in memory, one frame for each descriptor, interrupts for both.
#ifndef VIRTIO_NET_H
#define VIRTIO_NET_H

#include <stdbool.h>
#include <stdint.h>

#define MAC_BYTES 6
#define ETHERNET_HEADER_BYTES 14
#define FRAME_BYTES_MAX 1514

extern uint8_t network_mac[MAC_BYTES];

// Finds the card and sets it up; false if there is none that this driver understands.
bool network_start(void);

// The oldest frame that arrived, until network_release; NULL if there is none.
const uint8_t *network_received(uint32_t *length);
void network_release(void);

// Room for a frame of FRAME_BYTES_MAX bytes to send; NULL while the card has not sent the earlier ones.
uint8_t *network_room(void);
// Sends what lies in the room that network_room gave last.
void network_send(uint32_t length);

// Waits with interrupts until the card has a frame for us, or room again if that is what is missing.
void network_wait(bool for_room);

#endif
