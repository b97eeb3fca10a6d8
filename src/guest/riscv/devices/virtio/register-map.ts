/**
 * Offsets of the registers of a virtio-mmio device, version 2. All but the configuration space are
 * 32 bits wide.
 *
 * Source: VIRTIO 1.2, 4.2.2 "MMIO Device Register Layout".
 */
export const REGISTER = {
  magic: 0x000,
  version: 0x004,
  deviceId: 0x008,
  vendorId: 0x00c,
  deviceFeatures: 0x010,
  deviceFeaturesSelect: 0x014,
  driverFeatures: 0x020,
  driverFeaturesSelect: 0x024,
  queueSelect: 0x030,
  queueSizeMax: 0x034,
  queueSize: 0x038,
  queueReady: 0x044,
  queueNotify: 0x050,
  interruptStatus: 0x060,
  interruptAcknowledge: 0x064,
  status: 0x070,
  descriptorsLow: 0x080,
  descriptorsHigh: 0x084,
  driverRingLow: 0x090,
  driverRingHigh: 0x094,
  deviceRingLow: 0x0a0,
  deviceRingHigh: 0x0a4,
  sharedLengthLow: 0x0b0,
  sharedLengthHigh: 0x0b4,
  sharedBaseLow: 0x0b8,
  sharedBaseHigh: 0x0bc,
  configGeneration: 0x0fc,
  config: 0x100,
} as const;

/** Bytes of the window of a device, configuration space included. */
export const WINDOW_BYTES = 0x200;

/** "virt" in ASCII, little endian. */
export const MAGIC = 0x7472_6976;

/** The register layout of VIRTIO 1.0 and later; 1 was that of the drafts. */
export const LAYOUT_VERSION = 2;

/** "STND" in ASCII, little endian. */
export const VENDOR_ID = 0x444e_5453;

/** Bits of the status register (VIRTIO 1.2, 2.1). */
export const STATUS = {
  acknowledge: 1,
  driver: 2,
  driverOk: 4,
  featuresOk: 8,
  needsReset: 64,
  failed: 128,
} as const;

/** Bits of the interrupt status: buffers were used; the configuration or the status changed. */
export const INTERRUPT = { usedBuffer: 1, configChange: 2 } as const;

/** VIRTIO_F_VERSION_1, bit 32, as it stands in the upper 32 feature bits. */
export const VERSION_1_HIGH = 1;
