import type { RandomStream } from "../sim/random.ts";
import type { GuestImage } from "./guest.ts";
import { decodePacket } from "./packet.ts";
import {
  PROGRAM_AREA_ADDRESS,
  type Program,
  type ProgramMachine,
  type ProgramOptions,
  programGuest,
} from "./program-guest.ts";

const ACCOUNTS = 16;

/** Balance and guard, four bytes each. */
const ACCOUNT_BYTES = 8;

const GUARD = 0x5a5a_5a5a;

const AMOUNT_MAX = 999;

/** Deposits of a multiple of this are the ones that go wrong. */
const PLANTED = 50;

/** An account number, and an amount in two bytes. */
const REQUEST_BYTES = 3;

const REPLY_BYTES = 5;

/**
 * A ledger of 16 accounts that each guard their balance, with a planted bug: a deposit of a multiple of 50 writes
 * the guard of the next account instead of its own. Nobody notices until somebody uses one of the two: the reply
 * to a deposit is the balance, four bytes, little endian, and 1, or 0 if balance and guard did not belong together.
 *
 * @throws StandinRangeError What `programGuest` throws.
 */
export function ledger(options: ProgramOptions = {}): GuestImage {
  return programGuest({ ...options, name: "ledger", boot, workload });
}

/** Whether a packet that a {@link ledger} sends shows that an account was damaged. */
export function isLedgerError(packet: Uint8Array): boolean {
  const payload = decodePacket(packet)?.payload;
  return payload?.length === REPLY_BYTES && payload[REPLY_BYTES - 1] === 0;
}

function boot({ memory }: ProgramMachine): Program {
  for (let account = 0; account < ACCOUNTS; account += 1) memory.store32(guardOf(account), GUARD);
  return {
    replyBytesMax: REPLY_BYTES,
    execute(payload): Uint8Array {
      // Whatever is asked is a deposit: bytes that are missing are 0.
      const [number = 0, low = 0, high = 0] = payload;
      const account = number % ACCOUNTS;
      const amount = low + 256 * high;
      const before = memory.load32(balanceOf(account));
      const isSound = memory.load32(guardOf(account)) === guarding(before);
      const balance = (before + amount) >>> 0;
      memory.store32(balanceOf(account), balance);
      const guarded = amount % PLANTED === 0 ? (account + 1) % ACCOUNTS : account;
      memory.store32(guardOf(guarded), guarding(balance));
      const reply = new Uint8Array(REPLY_BYTES);
      new DataView(reply.buffer).setUint32(0, balance, true);
      reply[REPLY_BYTES - 1] = isSound ? 1 : 0;
      return reply;
    },
  };
}

function workload(_client: number, random: RandomStream) {
  return {
    request(): Uint8Array {
      const request = new Uint8Array(REQUEST_BYTES);
      request[0] = random.below(ACCOUNTS);
      new DataView(request.buffer).setUint16(1, random.between(1, AMOUNT_MAX), true);
      return request;
    },
  };
}

function guarding(balance: number): number {
  return (balance ^ GUARD) >>> 0;
}

function balanceOf(account: number): number {
  return PROGRAM_AREA_ADDRESS + account * ACCOUNT_BYTES;
}

function guardOf(account: number): number {
  return balanceOf(account) + 4;
}
