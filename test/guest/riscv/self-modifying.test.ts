// covers src/guest/riscv/decoded-code.ts, src/guest/riscv/ram.ts, src/guest/riscv/watch-reason.ts
import { describe, expect, test } from "vitest";
import { PAGE_SIZE } from "../../../src/memory/page.ts";
import { asm } from "./assembler.ts";
import { BASE, END, machine, PAGES, type TestMachine } from "./test-machine.ts";

const PAGE = BASE >>> 12;
const OLD = asm.addi(1, 1, 1);
/** Differs in its last byte only. */
const NEW = asm.addi(1, 1, 17);

/** Bytes of a word. */
const bytesOf = (word: number): Uint8Array => new Uint8Array(new Uint32Array([word]).buffer);

/** A page of nothing but one word. */
const bytesOfPage = (word: number): Uint8Array =>
  new Uint8Array(new Uint32Array(PAGE_SIZE / 4).fill(word).buffer);

/** A loop of one instruction to be replaced, which has been executed once. */
function looping(options: Parameters<typeof machine>[1] = {}): TestMachine {
  const subject = machine([asm.nop(), OLD, asm.jal(0, -4)], options);
  subject.processor.run(3);
  expect([subject.hart.x[1], subject.hart.pc]).toEqual([1, BASE + 4]);
  return subject;
}

const page = (memory: TestMachine["memory"]): Uint8Array => {
  const bytes = memory.page(PAGE).slice();
  bytes.set(bytesOf(NEW), 4);
  return bytes;
};

/** Ways in which somebody else than the hart replaces the instruction. */
const OTHERS: Readonly<Record<string, (subject: TestMachine) => void>> = {
  "a device": ({ memory }) => memory.dmaWrite(BASE + 4, bytesOf(NEW)),
  "a device, in a larger range": ({ memory }) => memory.dmaWrite(BASE, page(memory).slice(0, 8)),
  "a device, one byte of it": ({ memory }) => memory.dmaWrite(BASE + 7, bytesOf(NEW).slice(3)),
  "the host": ({ memory }) => memory.hostWrite(PAGE, page(memory)),
  "store32 of the memory": ({ memory }) => memory.store32(BASE + 4, NEW),
  "write of the memory": ({ memory }) => memory.write(BASE + 4, bytesOf(NEW)),
};

test.each(Object.entries(OTHERS))(
  "self-modifying: %s replaces an instruction",
  (_name, replace) => {
    const subject = looping();
    replace(subject);
    subject.processor.run(1);
    expect(subject.hart.x[1]).toBe(18);
    replace(subject);
    subject.processor.run(2);
    expect(subject.hart.x[1]).toBe(35);
  },
);

test("self-modifying: the host zeroes the page", () => {
  const subject = looping();
  subject.memory.zeroPage(PAGE);
  expect(subject.processor.run(1)).toBe("halted");
  expect(subject.processor.halt).toMatchObject({ cause: 2, pc: BASE + 4, instruction: 0 });
});

test("self-modifying: a broken processor keeps what the host replaced, and only that", () => {
  for (const [name, replace] of Object.entries(OTHERS)) {
    const subject = looping({ broken: { staleDecoded: true } });
    replace(subject);
    subject.processor.run(1);
    expect([name, subject.hart.x[1]]).toEqual([name, name === "the host" ? 2 : 18]);
    subject.processor.forgetDecoded();
    subject.processor.run(2);
    expect(subject.hart.x[1]).toBe(name === "the host" ? 19 : 35);
  }
});

test("self-modifying: a broken processor is not noticed where nothing was executed before", () => {
  const subject = machine([asm.nop(), OLD], { broken: { staleDecoded: true } });
  subject.memory.hostWrite(PAGE, page(subject.memory));
  subject.processor.run(2);
  expect(subject.hart.x[1]).toBe(17);
});

test("self-modifying: memory replaced behind everybody's back needs to be told", () => {
  const subject = looping();
  new Uint32Array((subject.ram.backing as unknown as { buffer: ArrayBuffer }).buffer)[1] = NEW;
  subject.processor.run(1);
  expect(subject.hart.x[1]).toBe(2);
  subject.processor.forgetDecoded();
  subject.processor.run(2);
  expect(subject.hart.x[1]).toBe(19);
});

/**
 * Stores into an instruction that adds 1 to x1, by their width: what they store, where from its
 * address, and how much it adds afterwards.
 */
const STORES = [
  ["sw", asm.sw(6, 0, 5), NEW, 0, 17],
  ["sh to the upper half", asm.sh(6, 0, 5), NEW >>> 16, 2, 17],
  ["sb to the last byte but one", asm.sb(6, 0, 5), 0x30, 2, 3],
  ["sb to the last byte", asm.sb(6, 0, 5), 0x01, 3, 17],
] as const;

describe.each(STORES)("self-modifying: %s", (_name, store, value, offset, added) => {
  test("self-modifying: an instruction of the same page that was executed", () => {
    const target = BASE + 0x100;
    const words = [asm.jalr(3, 7, 0), store, asm.jalr(3, 7, 0)];
    const subject = machine(words).program([OLD, asm.jalr(0, 3, 0)], target);
    subject.set({ 5: target + offset, 6: value, 7: target });
    subject.processor.run(7);
    expect(subject.hart.x[1]).toBe(1 + added);
  });

  test("self-modifying: an instruction of another page, after both were in use", () => {
    const target = BASE + 2 * PAGE_SIZE + 64;
    const words = [asm.jalr(3, 7, 0), store, asm.jalr(3, 7, 0), store, asm.jalr(3, 7, 0)];
    const subject = machine(words).program([OLD, asm.jalr(0, 3, 0)], target);
    subject.memory.store8(target + 64, 1);
    subject.set({ 5: target + offset, 6: value, 7: target });
    subject.processor.run(11);
    expect(subject.hart.x[1]).toBe(1 + 2 * added);
  });

  test("self-modifying: the very next instruction", () => {
    const subject = machine([store, OLD]).set({ 5: END - 4, 6: value });
    subject.processor.run(2);
    subject.hart.pc = BASE;
    subject.set({ 5: BASE + 4 + offset });
    subject.processor.run(2);
    expect(subject.hart.x[1]).toBe(1 + added);
  });
});

test("self-modifying: a misaligned store into two instructions", () => {
  const words = [asm.jal(0, 8), asm.nop(), OLD, OLD, asm.sw(6, 10, 5), asm.jal(0, -12)];
  const subject = machine(words);
  // the lower half of the second instruction becomes that of an addition to x2
  subject.set({ 5: BASE, 6: ((asm.addi(2, 1, 1) & 0xffff) << 16) | (NEW >>> 16) });
  subject.processor.run(5);
  expect([subject.hart.x[1], subject.hart.x[2]]).toEqual([2, 0]);
  subject.processor.run(2);
  expect([subject.hart.x[1], subject.hart.x[2]]).toEqual([19, 20]);
});

test("self-modifying: atomic operations replace instructions as well", () => {
  const words = [asm.jalr(3, 7, 0), asm.amoswap(0, 6, 7), asm.jalr(3, 7, 0)];
  const subject = machine(words).program([OLD, asm.jalr(0, 3, 0)], BASE + 0x100);
  subject.set({ 6: NEW, 7: BASE + 0x100 });
  subject.processor.run(7);
  expect(subject.hart.x[1]).toBe(18);
});

test("self-modifying: of two harts each sees what the other replaces", () => {
  const subject = machine([OLD, asm.jal(0, -4)], { harts: 2 });
  subject.program([asm.sw(6, 0, 5), asm.jal(0, -4)], BASE + PAGE_SIZE);
  const [one, other] = subject.processors;
  one!.run(2);
  const [first, second] = subject.harts;
  second!.pc = BASE + PAGE_SIZE;
  second!.x.set([BASE, NEW], 5);
  other!.run(1);
  one!.run(2);
  expect(first!.x[1]).toBe(18);
  second!.x[6] = OLD;
  other!.run(2);
  one!.run(2);
  expect(first!.x[1]).toBe(19);
});

test("self-modifying: a page is watched only while it has decoded instructions", () => {
  const subject = machine([OLD, OLD, OLD]);
  const { tlb } = subject.memory;
  expect(tlb.isWatched(PAGE)).toBe(false);
  subject.processor.run(2);
  expect(tlb.isWatched(PAGE)).toBe(true);
  subject.memory.dmaWrite(BASE, bytesOf(NEW));
  subject.memory.dmaWrite(BASE + 8, bytesOf(NEW));
  expect(tlb.isWatched(PAGE)).toBe(true);
  subject.memory.dmaWrite(BASE + 4, bytesOf(NEW));
  expect(tlb.isWatched(PAGE)).toBe(false);
  subject.processor.run(1);
  expect([subject.hart.x[1], tlb.isWatched(PAGE)]).toEqual([19, true]);
  subject.processor.forgetDecoded();
  expect(tlb.isWatched(PAGE)).toBe(false);
});

test("self-modifying: data beside instructions leaves them decoded", () => {
  const words = [asm.lw(6, 64, 5), asm.addi(6, 6, 1), asm.sw(6, 64, 5), asm.jal(0, -12)];
  const subject = machine(words).set({ 5: BASE });
  subject.processor.run(8);
  const { walks } = subject.memory.tlb;
  subject.processor.run(4_000);
  expect(subject.word(BASE + 64)).toBe(1_002);
  expect(subject.memory.tlb.walks).toBe(walks);
});

test("self-modifying: instructions in the last words of memory", () => {
  const subject = machine().program([OLD, OLD], END - 8);
  subject.hart.pc = END - 8;
  subject.processor.run(2);
  subject.memory.hostWrite(PAGE + PAGES - 1, bytesOfPage(asm.addi(6, 0, 0x131)));
  subject.hart.pc = END - 4;
  expect(subject.processor.run(1)).toBe("limit");
  expect([subject.hart.x[6], subject.hart.pc]).toEqual([0x131, END]);
});
