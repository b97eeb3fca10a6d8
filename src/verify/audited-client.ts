import { Client, type ClientOptions, type ClientParts } from "../client/client.ts";
import { compareLedger, type Ledger } from "./ledger.ts";

/** A client with what became of its requests, as the machine's own memory tells it. */
export class AuditedClient extends Client {
  readonly #executions: () => ReadonlyMap<number, number>;

  /**
   * @param executions Reads from the machine that serves how often it executed each request of this
   *   client; an empty map when no machine is left.
   */
  constructor(
    parts: ClientParts,
    options: ClientOptions,
    executions: () => ReadonlyMap<number, number>,
  ) {
    super(parts, options);
    this.#executions = executions;
  }

  /** Compares what the client was told with what the machine holds now. Reads the whole machine. */
  audit(): Ledger {
    return compareLedger(this.acknowledgedNumbers(), this.#executions());
  }

  /** Numbers of requests that were acknowledged and that the machine does not hold. */
  get lost(): readonly number[] {
    return this.audit().lost;
  }

  /** Numbers of requests that the machine executed more than once. */
  get duplicated(): readonly number[] {
    return this.audit().duplicated;
  }
}
