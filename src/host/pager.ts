import type { Process } from "../sim/process.ts";

/**
 * Who brings the pages that a machine touches and its memory does not have yet. The virtual processor
 * stands still meanwhile.
 */
export interface Pager {
  /**
   * Does a piece of work on the guest; if it touches a page that is not there, takes back all that it has
   * done, waits for the page, and does it again.
   *
   * @param piece Whatever it does to the guest, it does to its memory and registers; and what it sends.
   * @returns What the piece returned when nothing was missing.
   */
  attempt<T>(piece: () => T): Process<T>;
}
