/** Who writes: the guest's processor, a device (DMA), or the host (a checkpoint being applied). */
export type WriteSource = "processor" | "device" | "host";
