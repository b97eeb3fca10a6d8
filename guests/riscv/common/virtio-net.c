#include "virtio-net.h"

#include "bytes.h"
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
#define REG_CONFIGURATION 0x100

#define MAGIC 0x74726976
#define VERSION_MODERN 2
#define DEVICE_NETWORK 1

#define STATUS_ACKNOWLEDGE 1
#define STATUS_DRIVER 2
#define STATUS_DRIVER_OK 4
#define STATUS_FEATURES_OK 8

#define FEATURE_MAC (1u << 5)
// Bit 32: the first of the upper word.
#define FEATURE_UPPER_VERSION_1 1u

#define RECEIVE 0
#define TRANSMIT 1

#define SLOTS 16
// A header of the card's own lies in front of each frame.
#define HEADER_BYTES 12
#define BUFFER_BYTES 2048

#define DESCRIPTOR_DEVICE_WRITES 2

// Exit codes.
#define FAILED_INTERRUPT 101
#define FAILED_CARD 102

struct descriptor {
  uint32_t address_low, address_high;
  uint32_t length;
  uint16_t flags, next;
};

// One page for each queue: its three parts, aligned as the standard asks.
struct queue {
  struct descriptor descriptors[SLOTS];
  struct {
    uint16_t flags;
    volatile uint16_t index;
    uint16_t ring[SLOTS];
  } available;
  struct {
    uint16_t flags;
    volatile uint16_t index;
    struct {
      uint32_t id, length;
    } ring[SLOTS];
  } used __attribute__((aligned(4)));
  // The next entry of the used ring to look at.
  uint16_t seen;
} __attribute__((aligned(4096)));

TABLE struct queue network_queues[2];
TABLE uint8_t network_receive_buffers[SLOTS][BUFFER_BYTES];
TABLE uint8_t network_transmit_buffers[SLOTS][BUFFER_BYTES];

uint8_t network_mac[MAC_BYTES] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};

static uintptr_t base;
static uint32_t interrupt_source;
static uint32_t transmit_free = (1u << SLOTS) - 1;

#define REGISTER(offset) REGISTER32(base + (offset))

void on_external(uint32_t source) {
  if (source != interrupt_source) fail(FAILED_INTERRUPT, "virtio-net: interrupt of another device");
  REGISTER(REG_INTERRUPT_ACKNOWLEDGE) = REGISTER(REG_INTERRUPT_STATUS);
}

static bool find_device(void) {
  for (uint32_t slot = 0; slot < VIRTIO_SLOTS; slot += 1) {
    base = VIRTIO_BASE + slot * VIRTIO_STRIDE;
    interrupt_source = slot + 1;
    if (REGISTER(REG_MAGIC) != MAGIC || REGISTER(REG_VERSION) != VERSION_MODERN) continue;
    if (REGISTER(REG_DEVICE) == DEVICE_NETWORK) return true;
  }
  return false;
}

static bool agree_on_features(void) {
  REGISTER(REG_DEVICE_FEATURES_SELECT) = 1;
  if ((REGISTER(REG_DEVICE_FEATURES) & FEATURE_UPPER_VERSION_1) == 0) return false;
  REGISTER(REG_DEVICE_FEATURES_SELECT) = 0;
  uint32_t features = REGISTER(REG_DEVICE_FEATURES) & FEATURE_MAC;
  REGISTER(REG_DRIVER_FEATURES_SELECT) = 0;
  REGISTER(REG_DRIVER_FEATURES) = features;
  REGISTER(REG_DRIVER_FEATURES_SELECT) = 1;
  REGISTER(REG_DRIVER_FEATURES) = FEATURE_UPPER_VERSION_1;
  REGISTER(REG_STATUS) = STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK;
  if ((REGISTER(REG_STATUS) & STATUS_FEATURES_OK) == 0) return false;
  if (features == 0) return true;
  for (uint32_t index = 0; index < MAC_BYTES; index += 1) {
    network_mac[index] = REGISTER8(base + REG_CONFIGURATION + index);
  }
  return true;
}

static void set_address(uint32_t offset, volatile void *address) {
  REGISTER(offset) = (uint32_t)(uintptr_t)address;
  REGISTER(offset + 4) = 0;
}

static bool set_up_queue(uint32_t number) {
  struct queue *queue = &network_queues[number];
  REGISTER(REG_QUEUE_SELECT) = number;
  if (REGISTER(REG_QUEUE_READY) != 0 || REGISTER(REG_QUEUE_SIZE_MAX) < SLOTS) return false;
  REGISTER(REG_QUEUE_SIZE) = SLOTS;
  set_address(REG_QUEUE_DESCRIPTORS, queue->descriptors);
  set_address(REG_QUEUE_AVAILABLE, &queue->available);
  set_address(REG_QUEUE_USED, &queue->used);
  REGISTER(REG_QUEUE_READY) = 1;
  return true;
}

// Makes a buffer the device's.
static void offer(uint32_t number, uint16_t slot, uint8_t *buffer, uint32_t length) {
  struct queue *queue = &network_queues[number];
  struct descriptor *descriptor = &queue->descriptors[slot];
  descriptor->address_low = (uint32_t)(uintptr_t)buffer;
  descriptor->address_high = 0;
  descriptor->length = length;
  descriptor->flags = number == RECEIVE ? DESCRIPTOR_DEVICE_WRITES : 0;
  queue->available.ring[queue->available.index % SLOTS] = slot;
  // the device must not see the index before what it counts
  fence();
  queue->available.index += 1;
  fence();
}

static void notify(uint32_t number) {
  REGISTER(REG_QUEUE_NOTIFY) = number;
}

bool network_start(void) {
  if (!find_device()) return false;
  REGISTER(REG_STATUS) = 0;
  REGISTER(REG_STATUS) = STATUS_ACKNOWLEDGE;
  REGISTER(REG_STATUS) = STATUS_ACKNOWLEDGE | STATUS_DRIVER;
  if (!agree_on_features()) return false;
  if (!set_up_queue(RECEIVE) || !set_up_queue(TRANSMIT)) return false;
  REGISTER(REG_STATUS) =
      STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK | STATUS_DRIVER_OK;
  for (uint16_t slot = 0; slot < SLOTS; slot += 1) {
    offer(RECEIVE, slot, network_receive_buffers[slot], BUFFER_BYTES);
  }
  notify(RECEIVE);
  plic_enable(interrupt_source);
  enable_sources(EXTERNAL_INTERRUPT);
  interrupts_on();
  return true;
}

static bool has_received(void) {
  struct queue *queue = &network_queues[RECEIVE];
  return queue->used.index != queue->seen;
}

const uint8_t *network_received(uint32_t *length) {
  struct queue *queue = &network_queues[RECEIVE];
  if (!has_received()) return NULL;
  fence();
  uint32_t id = queue->used.ring[queue->seen % SLOTS].id;
  uint32_t bytes = queue->used.ring[queue->seen % SLOTS].length;
  if (id >= SLOTS || bytes < HEADER_BYTES || bytes > BUFFER_BYTES) {
    fail(FAILED_CARD, "virtio-net: the card returned what it was not given");
  }
  *length = bytes - HEADER_BYTES;
  return network_receive_buffers[id] + HEADER_BYTES;
}

void network_release(void) {
  struct queue *queue = &network_queues[RECEIVE];
  uint16_t slot = (uint16_t)queue->used.ring[queue->seen % SLOTS].id;
  queue->seen += 1;
  offer(RECEIVE, slot, network_receive_buffers[slot], BUFFER_BYTES);
  notify(RECEIVE);
}

// Buffers that the card has sent go back to those that are free: a bit for each.
static bool has_room(void) {
  struct queue *queue = &network_queues[TRANSMIT];
  for (; queue->used.index != queue->seen; queue->seen += 1) {
    fence();
    uint32_t id = queue->used.ring[queue->seen % SLOTS].id;
    if (id >= SLOTS) fail(FAILED_CARD, "virtio-net: the card returned what it was not given");
    transmit_free |= 1u << id;
  }
  return transmit_free != 0;
}

static uint16_t free_slot(void) {
  uint16_t slot = 0;
  while ((transmit_free >> slot & 1) == 0) slot += 1;
  return slot;
}

uint8_t *network_room(void) {
  if (!has_room()) return NULL;
  return network_transmit_buffers[free_slot()] + HEADER_BYTES;
}

void network_send(uint32_t length) {
  uint16_t slot = free_slot();
  uint8_t *buffer = network_transmit_buffers[slot];
  transmit_free &= ~(1u << slot);
  // no checksums to compute, nothing to segment
  memset(buffer, 0, HEADER_BYTES);
  offer(TRANSMIT, slot, buffer, HEADER_BYTES + length);
  notify(TRANSMIT);
}

void network_wait(bool for_room) {
  interrupts_off();
  while (for_room ? !has_room() : !has_received()) {
    wait_for_interrupt();
    interrupts_on();
    interrupts_off();
  }
  interrupts_on();
}
