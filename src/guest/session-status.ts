/**
 * First byte of a reply that the session layer gives instead of the program. Such a reply is one byte
 * long. Programs whose replies begin with a status use other values for their own.
 */
export const SessionStatus: {
  /** Request numbers run from 1 to a bound; this one does not. Not executed. */
  readonly numberOutOfRange: 0xf0;
  /** As many clients as the machine has room for are known already. Not executed. */
  readonly tooManyClients: 0xf1;
  /** No memory left to remember the request. Not executed. */
  readonly outOfMemory: 0xf2;
  /** Executed, but so many requests ago that the reply is no longer kept. */
  readonly replyForgotten: 0xf3;
} = {
  numberOutOfRange: 0xf0,
  tooManyClients: 0xf1,
  outOfMemory: 0xf2,
  replyForgotten: 0xf3,
};

/** One of the values of {@link SessionStatus}. */
export type SessionStatus = (typeof SessionStatus)[keyof typeof SessionStatus];

const STATUSES: readonly number[] = Object.values(SessionStatus);

/** The session layer's answer, if it was the one that answered; `undefined` for a reply of the program. */
export function sessionStatusOf(payload: Uint8Array): SessionStatus | undefined {
  if (payload.length !== 1 || !STATUSES.includes(payload[0]!)) return undefined;
  return payload[0] as SessionStatus;
}
