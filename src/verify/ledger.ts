/** What became of a client's requests, by comparing what it was told with what the machine holds. */
export interface Ledger {
  /** Numbers of requests that were acknowledged and of which the machine knows nothing. */
  readonly lost: readonly number[];
  /** Numbers of requests that the machine executed more than once. */
  readonly duplicated: readonly number[];
}

/**
 * @param acknowledged Numbers of the requests that the client has a reply to.
 * @param executions How often the machine executed each number, read from its memory.
 */
export function compareLedger(
  acknowledged: Iterable<number>,
  executions: ReadonlyMap<number, number>,
): Ledger {
  const lost = [...acknowledged].filter((number) => (executions.get(number) ?? 0) === 0);
  const duplicated = [...executions].filter(([, times]) => times > 1).map(([number]) => number);
  return { lost, duplicated: duplicated.sort((a, b) => a - b) };
}
