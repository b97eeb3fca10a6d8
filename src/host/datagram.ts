/** A packet between hosts, as its receiver gets it. */
export interface Datagram {
  /** Name of the host that sent it. */
  readonly from: string;
  readonly port: string;
  /** The receiver owns them. */
  readonly bytes: Uint8Array;
}
