/** What a client asks of the bank; amounts are in cents. */
export type BankRequest =
  | { readonly kind: "deposit"; readonly account: number; readonly amount: number }
  | {
      readonly kind: "transfer";
      readonly account: number;
      readonly target: number;
      readonly amount: number;
    };

/** What the bank answers, in the order of the status byte. */
export const BANK_STATUSES = ["ok", "insufficient-funds", "no-such-account", "malformed"] as const;

/** One of {@link BANK_STATUSES}. */
export type BankStatus = (typeof BANK_STATUSES)[number];

/** The bank's reply. */
export interface BankReply {
  readonly status: BankStatus;
  /** The account's balance after the request; 0 without such an account. */
  readonly balance: number;
}

const DEPOSIT = 1;
const TRANSFER = 2;
const REQUEST_BYTES = 13;
const REPLY_BYTES = 9;

/** Kind u8, account u32, target u32 (zero for a deposit), amount u32; little endian. */
export function encodeBankRequest(request: BankRequest): Uint8Array {
  const bytes = new Uint8Array(REQUEST_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, request.kind === "deposit" ? DEPOSIT : TRANSFER);
  view.setUint32(1, request.account, true);
  view.setUint32(5, request.kind === "transfer" ? request.target : 0, true);
  view.setUint32(9, request.amount, true);
  return bytes;
}

/** Reads a request's payload; `undefined` for bytes that are none. */
export function decodeBankRequest(payload: Uint8Array): BankRequest | undefined {
  if (payload.length !== REQUEST_BYTES) return undefined;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const kind = view.getUint8(0);
  const account = view.getUint32(1, true);
  const target = view.getUint32(5, true);
  const amount = view.getUint32(9, true);
  if (amount === 0) return undefined;
  if (kind === DEPOSIT && target === 0) return { kind: "deposit", account, amount };
  if (kind === TRANSFER && target !== account) return { kind: "transfer", account, target, amount };
  return undefined;
}

/** Status u8, balance u64; little endian. */
export function encodeBankReply({ status, balance }: BankReply): Uint8Array {
  const bytes = new Uint8Array(REPLY_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, BANK_STATUSES.indexOf(status));
  view.setBigUint64(1, BigInt(balance), true);
  return bytes;
}

/** Reads a reply's payload; `undefined` for bytes that are none. */
export function decodeBankReply(payload: Uint8Array): BankReply | undefined {
  if (payload.length !== REPLY_BYTES) return undefined;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const status = BANK_STATUSES[view.getUint8(0)];
  return status && { status, balance: Number(view.getBigUint64(1, true)) };
}
