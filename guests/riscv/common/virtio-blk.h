// A driver for the block device of the virtio 1.1 standard behind memory-mapped registers (version 2).
// One request at a time; its end is an interrupt.
#ifndef VIRTIO_BLK_H
#define VIRTIO_BLK_H

#include <stdbool.h>
#include <stdint.h>

#define SECTOR_BYTES 512

// The disk's source at the interrupt controller, once it was found.
extern uint32_t block_interrupt_source;
// Sectors that the disk has.
extern uint32_t block_sectors;

// Finds the disk, sets it up and lets its interrupt through; false if there is none that this driver
// understands.
bool block_start(void);

// For on_external of the guest, which may have other devices: answers the disk's interrupt.
void block_interrupt(void);

// Begin a request: whole sectors, and a buffer that is the disk's until block_busy says otherwise.
void block_read(uint32_t sector, void *buffer, uint32_t bytes);
void block_write(uint32_t sector, const void *buffer, uint32_t bytes);

// Whether the disk has not done yet what it was asked last.
bool block_busy(void);

#endif
