// covers src/guest/riscv/devices/uart.ts, src/guest/riscv/devices/uart-modem.ts, src/guest/riscv/devices/uart-receiver.ts
import { expect, test } from "vitest";
import { Uart } from "../../../../src/guest/riscv/devices/uart.ts";
import { thrownCode } from "../thrown-code.ts";
import { expectStateContract, loadState, savedState } from "./state-copy.ts";
import { TestLine } from "./test-line.ts";

const [DATA, IER, IIR, LCR, MCR, LSR, MSR, SCR] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
const FCR = IIR;
const LOOP = 0x10;
const NONE = 1;

class Rig {
  readonly line = new TestLine();
  readonly sent: [byte: number, position: number][] = [];
  readonly uart = new Uart({
    line: this.line,
    onByte: (byte, position) => this.sent.push([byte, position]),
  });

  read(register: number): number {
    return this.uart.load(register);
  }

  write(register: number, value: number): void {
    this.uart.store(register, 1, value);
  }

  type(...bytes: number[]): number {
    return this.uart.receive(Uint8Array.from(bytes));
  }
}

test("uart: bytes leave at once, counted, and the transmitter is always empty", () => {
  const rig = new Rig();
  for (const byte of [0x48, 0x69]) rig.write(DATA, byte);
  rig.uart.store(DATA, 4, 0xffff_ff21);
  expect(rig.sent).toEqual([
    [0x48, 0],
    [0x69, 1],
    [0x21, 2],
  ]);
  expect(rig.uart.transmitted).toBe(3);
  expect(rig.read(LSR)).toBe(0x60);
});

test("uart: a byte typed is seen in the line status and read once", () => {
  const rig = new Rig();
  expect(rig.type(0x41)).toBe(1);
  expect(rig.read(LSR)).toBe(0x61);
  expect(rig.read(DATA)).toBe(0x41);
  expect(rig.read(LSR)).toBe(0x60);
  expect(rig.read(DATA)).toBe(0);
});

test("uart: one byte is held without FIFO and sixteen with it, in their order", () => {
  const rig = new Rig();
  expect(rig.type(1, 2)).toBe(1);
  rig.write(FCR, 1);
  expect(rig.read(LSR) & 1).toBe(0);
  const bytes = Array.from({ length: 20 }, (_, index) => index + 1);
  expect(rig.type(...bytes)).toBe(16);
  expect(rig.type(99)).toBe(0);
  expect(rig.read(DATA)).toBe(1);
  expect(rig.type(...bytes.slice(16))).toBe(1);
  expect(Array.from({ length: 16 }, () => rig.read(DATA))).toEqual(bytes.slice(1, 17));
  expect(rig.read(LSR)).toBe(0x60);
});

test("uart: the FIFO is cleared when asked, and when it is switched on or off", () => {
  const rig = new Rig();
  rig.write(FCR, 1);
  rig.type(1, 2, 3);
  rig.write(FCR, 5);
  expect(rig.read(LSR) & 1).toBe(1);
  rig.write(FCR, 3);
  expect(rig.read(LSR) & 1).toBe(0);
  rig.type(1, 2, 3);
  rig.write(FCR, 0);
  expect(rig.read(LSR) & 1).toBe(0);
  rig.type(7);
  // without the enabling bit the others do nothing
  rig.write(FCR, 2);
  expect(rig.read(DATA)).toBe(7);
});

test("uart: the identification says whether there are FIFOs", () => {
  const rig = new Rig();
  expect(rig.read(IIR)).toBe(NONE);
  rig.write(FCR, 1);
  expect(rig.read(IIR)).toBe(0xc0 | NONE);
});

test("uart: received bytes interrupt until they are read, above the trigger as such, below as timed out", () => {
  const rig = new Rig();
  rig.write(FCR, 0x41);
  rig.type(1, 2, 3);
  expect([rig.line.raised, rig.read(IIR)]).toEqual([false, 0xc0 | NONE]);
  rig.write(IER, 1);
  expect([rig.line.raised, rig.read(IIR)]).toEqual([true, 0xcc]);
  rig.type(4);
  expect(rig.read(IIR)).toBe(0xc4);
  rig.read(DATA);
  expect(rig.read(IIR)).toBe(0xcc);
  for (let left = 3; left > 0; left -= 1) rig.read(DATA);
  expect([rig.line.raised, rig.read(IIR)]).toEqual([false, 0xc0 | NONE]);
});

test.each([
  [0x01, 1],
  [0x41, 4],
  [0x81, 8],
  [0xc1, 14],
])("uart: FIFO control %i means a trigger of %i bytes", (control, trigger) => {
  const rig = new Rig();
  rig.write(FCR, control);
  rig.write(IER, 1);
  for (let count = 1; count <= 16; count += 1) {
    rig.type(count);
    expect(rig.read(IIR)).toBe(count >= trigger ? 0xc4 : 0xcc);
  }
});

test("uart: an empty transmitter is told when somebody begins to listen, and after each byte", () => {
  const rig = new Rig();
  rig.write(IER, 2);
  expect(rig.line.raised).toBe(true);
  expect([rig.read(IIR), rig.line.raised, rig.read(IIR)]).toEqual([2, false, NONE]);
  rig.write(IER, 2);
  expect(rig.line.raised).toBe(false);
  rig.write(DATA, 0x41);
  expect(rig.line.raised).toBe(true);
  rig.write(IER, 0);
  expect(rig.line.raised).toBe(false);
  rig.read(IIR);
  rig.write(IER, 2);
  expect([rig.line.raised, rig.read(IIR)]).toEqual([true, 2]);
});

test("uart: the interrupt of the highest priority is told, and reading it answers only the transmitter's", () => {
  const rig = new Rig();
  rig.write(MCR, LOOP);
  rig.write(DATA, 1);
  rig.write(DATA, 2);
  rig.write(MCR, LOOP | 2);
  rig.write(IER, 0xf);
  expect([rig.read(IIR), rig.read(IIR)]).toEqual([6, 6]);
  expect(rig.read(LSR)).toBe(0x63);
  expect(rig.read(IIR)).toBe(4);
  rig.read(DATA);
  expect([rig.read(IIR), rig.read(IIR)]).toEqual([2, 0]);
  rig.read(MSR);
  expect([rig.read(IIR), rig.line.raised]).toEqual([NONE, false]);
});

test("uart: the divisor hides behind its bit, and nothing is sent or received there", () => {
  const rig = new Rig();
  rig.type(0x55);
  rig.write(LCR, 0x83);
  rig.write(DATA, 0x34);
  rig.write(IER, 0x12);
  expect([rig.read(DATA), rig.read(IER), rig.read(LCR)]).toEqual([0x34, 0x12, 0x83]);
  rig.write(LCR, 0x03);
  expect([rig.read(DATA), rig.read(IER)]).toEqual([0x55, 0]);
  expect(rig.sent).toEqual([]);
  rig.write(LCR, 0x80);
  expect([rig.read(DATA), rig.read(IER)]).toEqual([0x34, 0x12]);
});

test("uart: outputs are read as inputs in loopback, as drivers probe it", () => {
  const rig = new Rig();
  expect(rig.read(MSR)).toBe(0xb0);
  rig.write(MCR, LOOP | 0x0a);
  expect(rig.read(MSR) & 0xf0).toBe(0x90);
  const inputs = [1, 2, 4, 8].map((output) => {
    rig.write(MCR, LOOP | output);
    return rig.read(MSR) & 0xf0;
  });
  expect(inputs).toEqual([0x20, 0x10, 0x40, 0x80]);
  rig.write(MCR, 0xeb);
  expect(rig.read(MCR)).toBe(0x0b);
  expect(rig.read(MSR) & 0xf0).toBe(0xb0);
});

test("uart: what has changed on the lines is told once, of the bell only its end", () => {
  const rig = new Rig();
  rig.write(MCR, LOOP | 0xb);
  expect(rig.read(MSR)).toBe(0xb0);
  rig.write(MCR, LOOP | 0x4);
  expect(rig.read(MSR)).toBe(0x4b);
  rig.write(MCR, LOOP);
  expect([rig.read(MSR), rig.read(MSR)]).toEqual([0x04, 0x00]);
});

test("uart: in loopback bytes come back, go nowhere else, and may be too many", () => {
  const rig = new Rig();
  rig.write(MCR, LOOP);
  expect(rig.type(0x42)).toBe(0);
  rig.write(DATA, 0x41);
  rig.write(DATA, 0x43);
  expect([rig.read(LSR), rig.read(LSR), rig.read(DATA)]).toEqual([0x63, 0x61, 0x41]);
  expect([rig.sent, rig.uart.transmitted]).toEqual([[], 0]);
});

test("uart: registers hold the bits that exist", () => {
  const rig = new Rig();
  rig.write(IER, 0xff);
  rig.write(SCR, 0xae);
  expect([rig.read(IER), rig.read(SCR)]).toEqual([0x0f, 0xae]);
  rig.write(LSR, 0xff);
  rig.write(MSR, 0xff);
  rig.write(8, 0xff);
  expect([rig.read(LSR), rig.read(MSR), rig.read(8), rig.read(0xff)]).toEqual([0x60, 0xb0, 0, 0]);
});

test("uart: its state is copied whole", () => {
  const rig = new Rig();
  rig.write(FCR, 0x81);
  rig.type(1, 2, 3);
  rig.write(LCR, 0x80);
  rig.write(DATA, 12);
  rig.write(LCR, 3);
  rig.write(IER, 7);
  rig.write(SCR, 9);
  rig.write(DATA, 0x41);
  rig.write(MCR, LOOP | 4);
  for (let count = 0; count < 20; count += 1) rig.write(DATA, count);
  const makeFresh = (): Uart => new Rig().uart;
  expectStateContract(rig.uart, makeFresh);
  rig.write(FCR, 0);
  expectStateContract(rig.uart, makeFresh);
});

test("uart: a copy interrupts as the original does", () => {
  const rig = new Rig();
  rig.write(FCR, 0x41);
  rig.write(IER, 7);
  rig.type(1);
  const told: [boolean, number][] = [];
  for (const answer of [DATA, IIR, SCR]) {
    const copy = new Rig();
    loadState(copy.uart, savedState(rig.uart));
    told.push([copy.line.raised, copy.read(IIR)]);
    rig.read(answer);
  }
  // a byte received, then an empty transmitter, then nothing
  expect(told).toEqual([
    [true, 0xcc],
    [true, 0xc2],
    [false, 0xc0 | NONE],
  ]);
});

test("uart: what was read leaves nothing behind in the state", () => {
  const rig = new Rig();
  rig.write(FCR, 1);
  const before = savedState(rig.uart);
  rig.type(1, 2, 3);
  for (let count = 0; count < 3; count += 1) rig.read(DATA);
  expect(savedState(rig.uart)).toEqual(before);
});

test("uart: more bytes than the receiver holds are no state of it", () => {
  const code = (control: number, length: number): unknown => {
    const bytes = savedState(new Rig().uart);
    bytes.set([control, 0, length]);
    return thrownCode(() => loadState(new Rig().uart, bytes));
  };
  expect([code(0, 1), code(1, 16)]).toEqual([undefined, undefined]);
  expect([code(0, 2), code(1, 17)]).toEqual(["GUEST_REGISTERS", "GUEST_REGISTERS"]);
});
