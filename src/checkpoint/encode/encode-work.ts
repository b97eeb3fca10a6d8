import { PAGE_FORM_NAMES, type PageForm, RUNS, WORDS } from "./page-form.ts";

/** What encoding has cost and brought so far, for costs and reports. */
export class EncodeWork {
  readonly #pages = new Float64Array(PAGE_FORM_NAMES.length);
  /** Bytes written, page numbers and forms included. */
  bytes = 0;
  /** Those of pages of which only what differs travelled. */
  differenceBytes = 0;
  /** Pages compared with their previous copies. */
  comparedPages = 0;
  /** Pages copied to where previous copies lie. */
  copiedPages = 0;

  /** Pages encoded. */
  get pages(): number {
    return this.#pages.reduce((sum, count) => sum + count, 0);
  }

  /** Pages that travelled in this form. */
  pagesIn(form: PageForm): number {
    return this.#pages[form]!;
  }

  /** Counts a page. */
  count(form: PageForm, bytes: number): void {
    this.#pages[form]! += 1;
    this.bytes += bytes;
    if (form === WORDS || form === RUNS) this.differenceBytes += bytes;
  }
}
