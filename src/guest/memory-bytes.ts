import { PAGE_SIZE } from "../memory/page.ts";
import type { Guest } from "./guest.ts";

/** Bytes of all regions of a guest, as large as they are now: what a host that runs it sets aside. */
export function memoryBytesOf({ memory }: Guest): number {
  return memory.regions.reduce((sum, { pageCount }) => sum + pageCount * PAGE_SIZE, 0);
}
