/** Which machine, on which host, in which term. */
type OfStart = { readonly machine: string; readonly host: string; readonly term: number };

/** The steps by which a machine that runs on the bare host becomes a protected one (US10216598). */
export type StartRecord =
  | ({ readonly kind: "firmware.reserved"; firstPage: number; pages: number } & OfStart)
  | ({ readonly kind: "start.requested"; secondary: string } & OfStart)
  | ({ readonly kind: "start.driver-loaded"; pages: number } & OfStart)
  /** With digests of the machine's memory before and after: for the invariant `protection-start`. */
  | ({
      readonly kind: "start.tables-placed";
      pages: number;
      before: string;
      after: string;
    } & OfStart)
  | ({ readonly kind: "start.entered"; pauseNs: number } & OfStart)
  /** At the secondary. */
  | ({ readonly kind: "start.prepared"; primary: string } & OfStart)
  | ({ readonly kind: "start.brownout"; secondary: string } & OfStart)
  | ({ readonly kind: "start.mirrored"; secondary: string } & OfStart)
  | ({ readonly kind: "start.cancelled"; reason: string } & OfStart);
