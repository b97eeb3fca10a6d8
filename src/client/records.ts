/** A client's numbered request. */
type OfRequest = { readonly client: string; readonly machine: string; readonly number: number };

/** What clients write to the trace. */
export type ClientRecord =
  | ({ readonly kind: "request.invoked"; bytes: number } & OfRequest)
  | ({ readonly kind: "request.retried"; attempt: number } & OfRequest)
  | ({ readonly kind: "request.acknowledged"; latencyNs: number; attempts: number } & OfRequest)
  | ({ readonly kind: "reply.repeated" } & OfRequest);
