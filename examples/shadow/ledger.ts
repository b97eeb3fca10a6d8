import { type Guest, type GuestImage, PROGRAM_AREA_ADDRESS, programGuest } from "standin/guests";

/** Accounts of a ledger. */
export const ACCOUNTS = 48;

/** Balance and guard, four bytes each. */
const ACCOUNT_BYTES = 8;
const GUARD = 0x5a5a_5a5a;

/** What a deposit asks for. */
export interface Deposit {
  readonly account: number;
  readonly amount: number;
}

/** What a deposit is answered. */
export interface DepositReply {
  /** False when the account's balance and its guard do not belong together. */
  readonly isSound: boolean;
  readonly balance: number;
}

/**
 * A ledger of accounts that each guard their balance, with a planted bug: a deposit of a multiple of 251
 * writes the guard of the next account instead of its own. Nobody notices until somebody uses one of the two.
 */
export function ledger({ planted = true } = {}): GuestImage {
  return programGuest({
    name: "ledger",
    boot({ memory }) {
      for (let account = 0; account < ACCOUNTS; account += 1) {
        memory.store32(guardOf(account), GUARD);
      }
      return {
        replyBytesMax: 8,
        execute(payload) {
          const { account, amount } = readDeposit(payload);
          const before = memory.load32(balanceOf(account));
          const isSound = memory.load32(guardOf(account)) === (before ^ GUARD) >>> 0;
          const balance = (before + amount) >>> 0;
          memory.store32(balanceOf(account), balance);
          const isWrong = planted && amount % 251 === 0;
          const guarded = isWrong ? (account + 1) % ACCOUNTS : account;
          memory.store32(guardOf(guarded), (balance ^ GUARD) >>> 0);
          return encodeReply({ isSound, balance });
        },
      };
    },
    workload: (_client, random) => ({
      request: () => encodeDeposit(random.below(ACCOUNTS), random.between(1, 999)),
    }),
  });
}

/** Accounts of a machine whose balance and guard do not belong together. */
export function unsoundAccounts({ memory }: Guest): number[] {
  const accounts = Array.from({ length: ACCOUNTS }, (_, account) => account);
  return accounts.filter((account) => {
    return memory.load32(guardOf(account)) !== (memory.load32(balanceOf(account)) ^ GUARD) >>> 0;
  });
}

/** What is asked for. */
export function readDeposit(payload: Uint8Array): Deposit {
  const [account = 0, low = 0, high = 0] = payload;
  return { account: account % ACCOUNTS, amount: low + 256 * high };
}

/** What is answered; `undefined` for anything else, such as a refusal of the session layer. */
export function readReply(payload: Uint8Array): DepositReply | undefined {
  if (payload.length !== 8) return undefined;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  return { isSound: view.getUint32(0, true) === 1, balance: view.getUint32(4, true) };
}

function encodeDeposit(account: number, amount: number): Uint8Array {
  return Uint8Array.of(account, amount & 0xff, amount >>> 8);
}

function encodeReply({ isSound, balance }: DepositReply): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, isSound ? 1 : 2, true);
  view.setUint32(4, balance, true);
  return bytes;
}

function balanceOf(account: number): number {
  return PROGRAM_AREA_ADDRESS + account * ACCOUNT_BYTES;
}

function guardOf(account: number): number {
  return balanceOf(account) + 4;
}
