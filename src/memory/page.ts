/** Binary logarithm of {@link PAGE_SIZE}. */
export const PAGE_SHIFT = 12;

/** Bytes in a page: the unit of translation, of dirty tracking and of transfer. */
export const PAGE_SIZE = 4096;

/** The bits of an address that lie within its page. */
export const PAGE_MASK = 4095;

/** 32-bit words in a page, the unit in which page contents are compared and hashed. */
export const PAGE_WORDS = 1024;

/** Pages of the guest-physical address space, 64 GiB: every page number is below it. */
export const ADDRESS_PAGES_MAX = 16_777_216;
