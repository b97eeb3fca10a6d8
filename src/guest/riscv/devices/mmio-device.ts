/** Widths of an access to a device register, in bytes. */
export type AccessBytes = 1 | 2 | 4;

/** A device whose registers lie in the machine's physical address space. */
export interface MmioDevice {
  /** Unlike that of every other device of the machine; for errors. */
  readonly name: string;
  /** Physical address of its first register. */
  readonly base: number;
  /** Bytes of its window. */
  readonly sizeBytes: number;
  /**
   * What the processor reads, 0 to 2^32 - 1. A register that does not exist reads as 0.
   *
   * @param offset From `base`, a multiple of `sizeBytes`.
   */
  load(offset: number, sizeBytes: AccessBytes): number;
  /**
   * What the processor writes. A register that does not exist ignores it.
   *
   * @param offset From `base`, a multiple of `sizeBytes`.
   * @param value 0 to 2^32 - 1.
   */
  store(offset: number, sizeBytes: AccessBytes, value: number): void;
}
