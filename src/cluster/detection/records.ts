/** What a host that listens to its peer over several ways says of one of them. */
export type DetectionRecord = {
  readonly kind: "path.silent" | "path.heard";
  readonly machine: string;
  readonly host: string;
  readonly term: number;
  readonly peer: string;
  /** Name of the path. */
  readonly path: string;
};
