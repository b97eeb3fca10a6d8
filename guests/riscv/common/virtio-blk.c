#include "virtio-blk.h"

#include "machine.h"

// Registers, offsets into a device's window.
#define REG_MAGIC 0x000
#define REG_VERSION 0x004
#define REG_DEVICE 0x008
#define REG_DEVICE_FEATURES 0x010
#define REG_DEVICE_FEATURES_SELECT 0x014
#define REG_DRIVER_FEATURES 0x020
#define REG_DRIVER_FEATURES_SELECT 0x024
#define REG_QUEUE_SELECT 0x030
#define REG_QUEUE_SIZE_MAX 0x034
#define REG_QUEUE_SIZE 0x038
#define REG_QUEUE_READY 0x044
#define REG_QUEUE_NOTIFY 0x050
#define REG_INTERRUPT_STATUS 0x060
#define REG_INTERRUPT_ACKNOWLEDGE 0x064
#define REG_STATUS 0x070
#define REG_QUEUE_DESCRIPTORS 0x080
#define REG_QUEUE_AVAILABLE 0x090
#define REG_QUEUE_USED 0x0a0
// Sectors, eight bytes; the upper half is behind it.
#define REG_CAPACITY 0x100

#define MAGIC 0x74726976
#define VERSION_MODERN 2
#define DEVICE_BLOCK 2

#define STATUS_ACKNOWLEDGE 1
#define STATUS_DRIVER 2
#define STATUS_DRIVER_OK 4
#define STATUS_FEATURES_OK 8

// Bit 32: the first of the upper word.
#define FEATURE_UPPER_VERSION_1 1u

#define REQUEST_QUEUE 0

// A request takes three: its header, its data, its status.
#define DESCRIPTORS 4

#define DESCRIPTOR_NEXT 1
#define DESCRIPTOR_DEVICE_WRITES 2

#define REQUEST_IN 0
#define REQUEST_OUT 1
#define REQUEST_HEADER_BYTES 16

#define REQUEST_OK 0
#define REQUEST_UNANSWERED 0xff

// Exit codes.
#define FAILED_REQUEST 103
#define FAILED_OVERLAP 104

struct descriptor {
  uint32_t address_low, address_high;
  uint32_t length;
  uint16_t flags, next;
};

struct queue {
  struct descriptor descriptors[DESCRIPTORS];
  struct {
    uint16_t flags;
    volatile uint16_t index;
    uint16_t ring[DESCRIPTORS];
  } available;
  struct {
    uint16_t flags;
    volatile uint16_t index;
    struct {
      uint32_t id, length;
    } ring[DESCRIPTORS];
  } used __attribute__((aligned(4)));
  struct {
    uint32_t type, reserved, sector_low, sector_high;
  } header;
  volatile uint8_t status;
};

TABLE struct queue block_queue;

uint32_t block_interrupt_source;
uint32_t block_sectors;

static uintptr_t base;

#define REGISTER(offset) REGISTER32(base + (offset))

static bool find_device(void) {
  for (uint32_t slot = 0; slot < VIRTIO_SLOTS; slot += 1) {
    base = VIRTIO_BASE + slot * VIRTIO_STRIDE;
    block_interrupt_source = slot + 1;
    if (REGISTER(REG_MAGIC) != MAGIC || REGISTER(REG_VERSION) != VERSION_MODERN) continue;
    if (REGISTER(REG_DEVICE) == DEVICE_BLOCK) return true;
  }
  return false;
}

// Only what the standard demands of a modern device: each optional feature would be one more to serve.
static bool agree_on_features(void) {
  REGISTER(REG_DEVICE_FEATURES_SELECT) = 1;
  if ((REGISTER(REG_DEVICE_FEATURES) & FEATURE_UPPER_VERSION_1) == 0) return false;
  REGISTER(REG_DRIVER_FEATURES_SELECT) = 0;
  REGISTER(REG_DRIVER_FEATURES) = 0;
  REGISTER(REG_DRIVER_FEATURES_SELECT) = 1;
  REGISTER(REG_DRIVER_FEATURES) = FEATURE_UPPER_VERSION_1;
  REGISTER(REG_STATUS) = STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK;
  return (REGISTER(REG_STATUS) & STATUS_FEATURES_OK) != 0;
}

static void set_address(uint32_t offset, volatile void *address) {
  REGISTER(offset) = (uint32_t)(uintptr_t)address;
  REGISTER(offset + 4) = 0;
}

static bool set_up_queue(void) {
  REGISTER(REG_QUEUE_SELECT) = REQUEST_QUEUE;
  if (REGISTER(REG_QUEUE_READY) != 0 || REGISTER(REG_QUEUE_SIZE_MAX) < DESCRIPTORS) return false;
  REGISTER(REG_QUEUE_SIZE) = DESCRIPTORS;
  set_address(REG_QUEUE_DESCRIPTORS, block_queue.descriptors);
  set_address(REG_QUEUE_AVAILABLE, &block_queue.available);
  set_address(REG_QUEUE_USED, &block_queue.used);
  REGISTER(REG_QUEUE_READY) = 1;
  return true;
}

bool block_start(void) {
  if (!find_device()) return false;
  REGISTER(REG_STATUS) = 0;
  REGISTER(REG_STATUS) = STATUS_ACKNOWLEDGE;
  REGISTER(REG_STATUS) = STATUS_ACKNOWLEDGE | STATUS_DRIVER;
  if (!agree_on_features() || !set_up_queue()) return false;
  REGISTER(REG_STATUS) =
      STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK | STATUS_DRIVER_OK;
  // of a disk beyond 2 TiB the part that a word can count
  block_sectors = REGISTER(REG_CAPACITY + 4) == 0 ? REGISTER(REG_CAPACITY) : 0xffffffff;
  plic_enable(block_interrupt_source);
  enable_sources(EXTERNAL_INTERRUPT);
  interrupts_on();
  return true;
}

void block_interrupt(void) {
  REGISTER(REG_INTERRUPT_ACKNOWLEDGE) = REGISTER(REG_INTERRUPT_STATUS);
}

static void describe(uint16_t slot, volatile void *buffer, uint32_t length, uint16_t flags) {
  block_queue.descriptors[slot] = (struct descriptor){
      .address_low = (uint32_t)(uintptr_t)buffer,
      .length = length,
      .flags = flags,
      .next = (uint16_t)(slot + 1),
  };
}

static void begin(uint32_t type, uint32_t sector, void *buffer, uint32_t bytes) {
  if (block_busy()) fail(FAILED_OVERLAP, "virtio-blk: a request while the disk has one");
  uint16_t data_flags = type == REQUEST_IN ? DESCRIPTOR_DEVICE_WRITES : 0;
  block_queue.header.type = type;
  block_queue.header.sector_low = sector;
  block_queue.status = REQUEST_UNANSWERED;
  describe(0, &block_queue.header, REQUEST_HEADER_BYTES, DESCRIPTOR_NEXT);
  describe(1, buffer, bytes, data_flags | DESCRIPTOR_NEXT);
  describe(2, &block_queue.status, 1, DESCRIPTOR_DEVICE_WRITES);
  block_queue.available.ring[block_queue.available.index % DESCRIPTORS] = 0;
  // the device must not see the index before what it counts
  fence();
  block_queue.available.index += 1;
  fence();
  REGISTER(REG_QUEUE_NOTIFY) = REQUEST_QUEUE;
}

void block_read(uint32_t sector, void *buffer, uint32_t bytes) {
  begin(REQUEST_IN, sector, buffer, bytes);
}

void block_write(uint32_t sector, const void *buffer, uint32_t bytes) {
  begin(REQUEST_OUT, sector, (void *)(uintptr_t)buffer, bytes);
}

bool block_busy(void) {
  if (block_queue.used.index != block_queue.available.index) return true;
  fence();
  if (block_queue.status != REQUEST_OK) fail(FAILED_REQUEST, "virtio-blk: a request failed");
  return false;
}
