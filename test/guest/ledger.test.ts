import { expect, test } from "vitest";
import { isLedgerError, ledger } from "../../src/guest/ledger.ts";
import { encodePacket } from "../../src/guest/packet.ts";
import { RandomStream } from "../../src/sim/random.ts";
import { MachineDriver } from "./machine-driver.ts";

const deposit = (account: number, amount: number): Uint8Array =>
  Uint8Array.of(account, amount & 0xff, amount >>> 8);

/** Balance, and whether the account was sound. */
function read(payload: Uint8Array): [number, boolean] {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const isError = isLedgerError(encodePacket({ client: 1, number: 1, payload }));
  return [view.getUint32(0, true), !isError];
}

test("ledger: deposits add up, each in its account", () => {
  const machine = new MachineDriver(ledger());
  expect(read(machine.answerTo(1, 1, deposit(3, 7)))).toEqual([7, true]);
  expect(read(machine.answerTo(1, 2, deposit(3, 301)))).toEqual([308, true]);
  expect(read(machine.answerTo(1, 3, deposit(4, 9)))).toEqual([9, true]);
});

test("ledger: the planted bug shows when one of two accounts is used, and not before", () => {
  const machine = new MachineDriver(ledger());
  expect(read(machine.answerTo(1, 1, deposit(15, 50)))).toEqual([50, true]);
  expect(read(machine.answerTo(1, 2, deposit(7, 1)))).toEqual([1, true]);
  // The last account's neighbour is the first.
  expect(read(machine.answerTo(1, 3, deposit(0, 2)))).toEqual([2, false]);
  expect(read(machine.answerTo(1, 4, deposit(15, 1)))).toEqual([51, false]);
  expect(read(machine.answerTo(1, 5, deposit(15, 1)))).toEqual([52, true]);
});

test("ledger: its clients come upon the bug soon", () => {
  const image = ledger();
  const machine = new MachineDriver(image);
  const workload = image.workload(1, new RandomStream(1, "workload"));
  let first = 0;
  for (let number = 1; number <= 200; number += 1) {
    const [, isSound] = read(machine.answerTo(1, number, workload.request(number)));
    if (!isSound && first === 0) first = number;
  }
  expect(first).toBeGreaterThan(10);
  expect(first).toBeLessThan(150);
});

test("ledger: what is no reply of its own shows no error", () => {
  expect(isLedgerError(new Uint8Array(3))).toBe(false);
  const refused = { client: 1, number: 1, payload: Uint8Array.of(0) };
  expect(isLedgerError(encodePacket(refused))).toBe(false);
});
