/**
 * What an access to a page throws that is not here yet (`Memory.withhold`): a fault that only
 * whoever brings pages takes, never the guest. What the access was a part of has not happened.
 */
export class PageAbsent extends Error {
  /** Guest-physical page number. */
  readonly page: number;

  constructor(page: number) {
    super(`page ${page} has not come yet`);
    this.name = "PageAbsent";
    this.page = page;
  }
}
