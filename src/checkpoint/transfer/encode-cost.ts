import type { HardwareProfile } from "../../host/hardware-profile.ts";
import { PAGE_SIZE } from "../../memory/page.ts";
import type { Nanoseconds } from "../../sim/time.ts";
import type { EncodeWork } from "../encode/encode-work.ts";
import { WHOLE, ZERO } from "../encode/page-form.ts";

/** What an encoder had done at one moment, to charge for what it does from then on. */
export class EncodeCost {
  readonly #work: EncodeWork;
  readonly #profile: HardwareProfile;
  #zeroPages = 0;
  #wholePages = 0;
  #differenceBytes = 0;
  #comparedPages = 0;
  #copiedPages = 0;

  constructor(work: EncodeWork, profile: HardwareProfile) {
    this.#work = work;
    this.#profile = profile;
    this.#note();
  }

  /**
   * Processor time for what was encoded since the last call: making the message of each page, by its
   * bytes where only what differs travels; comparing it and keeping a copy where that was done; and
   * sending what travels.
   */
  take(): { readonly encodeNs: Nanoseconds; readonly sendNs: Nanoseconds } {
    const { encodePageNs, differencePageNs, keepPageNs, sendPageNs } = this.#profile;
    const zero = this.#work.pagesIn(ZERO) - this.#zeroPages;
    const whole = this.#work.pagesIn(WHOLE) - this.#wholePages;
    const partial = (this.#work.differenceBytes - this.#differenceBytes) / PAGE_SIZE;
    const compared = this.#work.comparedPages - this.#comparedPages;
    const copied = this.#work.copiedPages - this.#copiedPages;
    this.#note();
    const encodeNs =
      (zero + whole) * encodePageNs +
      Math.ceil(partial * encodePageNs) +
      compared * differencePageNs +
      copied * keepPageNs;
    return { encodeNs, sendNs: whole * sendPageNs + Math.ceil(partial * sendPageNs) };
  }

  #note(): void {
    const { differenceBytes, comparedPages, copiedPages } = this.#work;
    this.#zeroPages = this.#work.pagesIn(ZERO);
    this.#wholePages = this.#work.pagesIn(WHOLE);
    this.#differenceBytes = differenceBytes;
    this.#comparedPages = comparedPages;
    this.#copiedPages = copiedPages;
  }
}
