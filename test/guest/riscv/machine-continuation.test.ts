// covers src/guest/riscv/riscv-machine.ts
import { expect, test } from "vitest";
import { copyGuest } from "../../../src/guest/copy-guest.ts";
import type { Guest } from "../../../src/guest/guest.ts";
import type { LoadedImage } from "../../../src/guest/riscv/loaded-image.ts";
import type { MachineRun } from "../../../src/guest/riscv/machine-run.ts";
import { RiscvMachine } from "../../../src/guest/riscv/riscv-machine.ts";
import { sameBytes } from "../../../src/guest/same-bytes.ts";
import { MemoryDigest } from "../../../src/memory/memory-digest.ts";
import { RandomStream } from "../../../src/sim/random.ts";
import { busyProgram, countingHarts, printer } from "./machine-programs.ts";
import { thrownCode } from "./thrown-code.ts";

const LETTERS = 400;
const TYPED = new TextEncoder().encode("the quick brown fox jumps over the lazy dog");

type Options = Partial<ConstructorParameters<typeof RiscvMachine>[0]>;

/** A machine with what it printed, for each byte its place. */
class Subject {
  readonly machine: RiscvMachine;
  readonly printed = new Map<number, number>();
  readonly #digest: MemoryDigest;

  constructor(image: LoadedImage, options: Options = {}) {
    this.machine = new RiscvMachine({
      image,
      memoryBytes: 0x1_0000,
      onConsole: (byte, position) => this.printed.set(position, byte),
      ...options,
    });
    this.#digest = new MemoryDigest(this.machine.memory);
  }

  /** Takes over all of another machine's state, as a stand-in does. */
  takeOver(other: Subject): void {
    copyGuest(asGuest(other.machine), asGuest(this.machine));
  }

  state(): { ticks: number; registers: Uint8Array; memory: string } {
    const { ticks } = this.machine;
    return { ticks, registers: this.machine.saveRegisters(), memory: this.#digest.digest() };
  }

  /** Runs to a tick, in pieces of random lengths, typing one byte at each multiple of 1,000 ticks. */
  runTo(end: number, random: RandomStream): MachineRun {
    for (;;) {
      const { ticks } = this.machine;
      const nextTyped = Math.floor(ticks / 1_000) * 1_000 + 1_000;
      const piece = random.chance(0.5) ? random.between(1, 20) : random.between(1, 3_000);
      const run = this.machine.run(Math.min(end, nextTyped, ticks + piece) - ticks);
      if (run.reason !== "limit") return run;
      if (this.machine.ticks === nextTyped) {
        this.machine.typeConsole(TYPED.subarray((nextTyped / 1_000) % TYPED.length).subarray(0, 1));
      }
      if (this.machine.ticks === end) return run;
    }
  }
}

function asGuest(machine: RiscvMachine): Guest {
  return {
    memory: machine.memory,
    saveRegisters: () => machine.saveRegisters(),
    loadRegisters: (bytes) => machine.loadRegisters(bytes),
    deliver: () => undefined,
    run: () => ({ usedNs: 0, boundary: "idle" }),
  };
}

const image = busyProgram(LETTERS).image();

test("machine continuation: stopped at any tick, copied and continued, both come to the same", () => {
  const random = new RandomStream(5, "machine continuation");
  const reference = new Subject(image);
  // never stopped but to type
  const whole = new RandomStream(0, "whole");
  expect(reference.runTo(10_000_000, whole)).toMatchObject({ reason: "power-off", code: 0 });
  const end = reference.state();
  expect(end.ticks).toBeGreaterThan(50_000);
  expect(reference.printed.size).toBeGreaterThan(LETTERS);
  for (let round = 0; round < 40; round += 1) {
    const first = new Subject(image);
    const second = new Subject(image);
    // the stand-in has a past of its own
    second.runTo(random.below(3_000) + 1, random);
    const from = random.between(1, end.ticks - 1);
    first.runTo(from, random);
    second.takeOver(first);
    expect(second.state()).toEqual(first.state());
    const between = random.between(from, end.ticks - 1);
    if (between > from) for (const each of [first, second]) each.runTo(between, random);
    expect(second.state()).toEqual(first.state());
    for (const each of [first, second]) {
      expect(each.runTo(10_000_000, random)).toMatchObject({ reason: "power-off", code: 0 });
      expect(each.state()).toEqual(end);
    }
    expect(first.printed).toEqual(reference.printed);
    for (const [position, byte] of second.printed) {
      expect(reference.printed.get(position)).toBe(byte);
    }
  }
});

test("machine continuation: every tick of a stretch is as good as any other", () => {
  const random = new RandomStream(6, "machine continuation");
  const first = new Subject(image);
  const second = new Subject(image);
  first.runTo(20_000, random);
  for (let step = 0; step < 1_500; step += 1) {
    second.takeOver(first);
    for (const each of [first, second]) each.machine.run(1);
    expect(second.machine.saveRegisters()).toEqual(first.machine.saveRegisters());
  }
  expect(second.state().memory).toBe(first.state().memory);
});

test("machine continuation: with two harts a copy ends the turn and then draws its own", () => {
  const program = countingHarts().image();
  const draws = (seed: number) => {
    const stream = new RandomStream(seed, "turns");
    return { harts: 2, random32: () => stream.u32() };
  };
  const continued = (seed: number): Uint8Array => {
    const first = new Subject(program, draws(1));
    const second = new Subject(program, draws(seed));
    for (let copies = 0; copies < 50; copies += 1) {
      first.machine.run(207);
      second.takeOver(first);
      expect(second.state()).toEqual(first.state());
      const ticksAfterOne = [first, second].map(({ machine }) => {
        machine.run(1);
        return machine.harts.map(({ ticks }) => ticks);
      });
      // whose turn it is is copied; only the length of a turn that begins now may be another
      expect(ticksAfterOne[1]).toEqual(ticksAfterOne[0]);
    }
    second.machine.run(5_000);
    return second.state().registers;
  };
  expect(continued(2)).toEqual(continued(2));
  expect(continued(2)).not.toEqual(continued(3));
});

test("machine continuation: what is executed after a copy is what was copied", () => {
  const stale = (broken: Options["broken"]): MachineRun => {
    const passing = new Subject(printer("", 0x5555).image());
    const failing = new Subject(printer("", 0x1_3333).image(), { ...(broken && { broken }) });
    // up to the store that ends it
    failing.machine.run(6);
    failing.takeOver(passing);
    return failing.machine.run(100);
  };
  expect(stale(undefined)).toMatchObject({ reason: "power-off", code: 0 });
  // broken on purpose: what was decoded before goes on to be executed
  expect(stale({ staleDecoded: true })).toMatchObject({ reason: "power-off", code: 1 });
});

test("machine continuation: broken timerNotSaved lets a copy sleep for ever", () => {
  const random = new RandomStream(7, "machine continuation");
  const first = new Subject(image, { broken: { timerNotSaved: true } });
  const second = new Subject(image);
  first.runTo(20_000, random);
  second.takeOver(first);
  expect(first.runTo(10_000_000, random)).toMatchObject({ reason: "power-off", code: 0 });
  expect(second.machine.run(10_000_000)).toEqual({ reason: "idle" });
});

test("machine continuation: broken deviceWritesUntracked leaves a page clean that a device wrote", () => {
  const dirty = [undefined, { deviceWritesUntracked: true }].map((broken) => {
    const { machine } = new Subject(image, { ...(broken && { broken }) });
    machine.memory.dmaWrite(0x8000_5000, Uint8Array.of(1));
    return machine.memory.slat.isDirty(0x8_0005);
  });
  expect(dirty).toEqual([true, false]);
});

test("machine continuation: what are no registers of such a machine is refused and changes nothing", () => {
  const random = new RandomStream(8, "machine registers");
  const subject = new Subject(image, { disk: { sizeBytes: 4_096 } });
  subject.runTo(5_003, random);
  const registers = subject.machine.saveRegisters();
  const before = subject.state();
  const code = (bytes: Uint8Array): unknown =>
    thrownCode(() => subject.machine.loadRegisters(bytes));
  for (let length = 0; length < registers.length; length += 1) {
    expect(code(registers.subarray(0, length)), `${length} bytes`).toBe("GUEST_REGISTERS");
  }
  const longer = new Uint8Array(registers.length + 1);
  longer.set(registers);
  expect(code(longer)).toBe("GUEST_REGISTERS");
  expect(code(new Subject(image).machine.saveRegisters())).toBe("GUEST_REGISTERS");
  expect(code(new Subject(image, { harts: 2 }).machine.saveRegisters())).toBe("GUEST_REGISTERS");
  expect(subject.state()).toEqual(before);
  let refused = 0;
  for (let round = 0; round < 2_000; round += 1) {
    const bytes = registers.slice();
    for (let change = random.between(1, 3); change > 0; change -= 1) {
      bytes[random.below(bytes.length)] = random.below(256);
    }
    const answer = code(bytes);
    if (answer === undefined) {
      // Whatever state that is, it can be run; and it gives way to a good one.
      subject.machine.run(20);
      subject.machine.loadRegisters(registers);
    } else {
      expect(answer).toBe("GUEST_REGISTERS");
      refused += 1;
    }
    expect(sameBytes(subject.machine.saveRegisters(), registers)).toBe(true);
  }
  expect(refused).toBeGreaterThan(200);
});
