/** A client's numbered request. */
type OfRequest = { readonly client: string; readonly machine: string; readonly number: number };

/** A console and the machine that it is connected with. */
type OfConsole = { readonly console: string; readonly machine: string; readonly offset: number };

/** What clients write to the trace. */
export type ClientRecord =
  | ({ readonly kind: "request.invoked"; bytes: number } & OfRequest)
  | ({ readonly kind: "request.retried"; attempt: number } & OfRequest)
  | ({ readonly kind: "request.acknowledged"; latencyNs: number; attempts: number } & OfRequest)
  | ({ readonly kind: "reply.repeated" } & OfRequest)
  | ({ readonly kind: "console.received"; bytes: number } & OfConsole)
  | ({ readonly kind: "console.diverged" } & OfConsole);
