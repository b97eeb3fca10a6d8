/** Pages one after another. */
export interface PageRange {
  readonly firstPage: number;
  readonly pageCount: number;
}
