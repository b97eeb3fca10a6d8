// covers src/guest/riscv/riscv-machine.ts, src/guest/riscv/machine-devices.ts
import { expect, test } from "vitest";
import type { MachineDevice } from "../../../src/guest/riscv/machine-options.ts";
import type { MachineRun } from "../../../src/guest/riscv/machine-run.ts";
import { RiscvMachine } from "../../../src/guest/riscv/riscv-machine.ts";
import { asm } from "./assembler.ts";
import { cellsOf, nodeAt, readDeviceTree, textsOf } from "./device-tree-reader.ts";
import { LabelledProgram } from "./labelled-program.ts";
import { AT, CSR, countingHarts, powerOff, printer, R } from "./machine-programs.ts";
import { thrownCode } from "./thrown-code.ts";

const MEMORY_BYTES = 0x2_0000;

type Options = Partial<ConstructorParameters<typeof RiscvMachine>[0]>;

interface Booted {
  readonly machine: RiscvMachine;
  readonly text: () => string;
}

function boot(program: LabelledProgram, options: Options = {}): Booted {
  let text = "";
  const machine = new RiscvMachine({
    image: program.image(),
    memoryBytes: MEMORY_BYTES,
    onConsole: (byte, position) => {
      expect(position).toBe(text.length);
      text += String.fromCharCode(byte);
    },
    ...options,
  });
  return { machine, text: () => text };
}

function word(machine: RiscvMachine, address: number): number {
  return new DataView(machine.memory.dmaRead(address, 4).buffer).getUint32(0, true);
}

const endless = (): LabelledProgram => new LabelledProgram().label("loop").jump("loop");

test("riscv machine: a program prints and switches the machine off", () => {
  const { machine, text } = boot(printer("Hello!\n"));
  const off: MachineRun = { reason: "power-off", code: 0, reset: false };
  expect(machine.run(1_000)).toEqual(off);
  expect([text(), machine.consoleBytes]).toEqual(["Hello!\n", 7]);
  // two instructions for the address, three for each byte, five for the end
  expect(machine.ticks).toBe(2 + 7 * 3 + 5);
  expect(machine.run(1_000)).toEqual(off);
  expect(machine.ticks).toBe(28);
});

test("riscv machine: a failure has its code, a reset is told as such", () => {
  expect(boot(printer("", 0x7_3333)).machine.run(99)).toMatchObject({ code: 7, reset: false });
  expect(boot(printer("", 0x7777)).machine.run(99)).toMatchObject({ code: 0, reset: true });
});

test("riscv machine: a run takes exactly the ticks it is given", () => {
  const { machine } = boot(endless());
  for (const ticks of [1, 0, 7, 100_000]) {
    const before = machine.ticks;
    expect(machine.run(ticks)).toEqual({ reason: "limit" });
    expect(machine.ticks - before).toBe(ticks);
  }
});

test.each([-1, 0.5, Number.NaN, Infinity, 2 ** 53])(
  "riscv machine: %d ticks are refused",
  (ticks) => {
    expect(thrownCode(() => boot(endless()).machine.run(ticks))).toBe("TICKS");
  },
);

test("riscv machine: a trap that nothing handles halts with the place and the instruction", () => {
  const program = new LabelledProgram().emit(asm.nop(), 0xffff_ffff);
  const { machine } = boot(program);
  const halt = { cause: 2, pc: 0x8000_0004, instruction: 0xffff_ffff, value: 0xffff_ffff };
  expect(machine.run(100)).toEqual({ reason: "halted", hart: 0, halt });
  const { ticks } = machine;
  expect(machine.run(100)).toMatchObject({ reason: "halted" });
  expect(machine.ticks).toBe(ticks);
});

test("riscv machine: an access where nothing is halts with its address", () => {
  const program = new LabelledProgram().li(R.t0, 0x4000_0000).emit(asm.sw(R.t0, 8, R.t0));
  expect(boot(program).machine.run(100)).toMatchObject({
    reason: "halted",
    halt: { cause: 7, pc: 0x8000_0008, value: 0x4000_0008 },
  });
});

test("riscv machine: a handler that traps itself is bounded by ticks", () => {
  const program = new LabelledProgram().la(R.t0, "trap").emit(asm.csrrw(0, CSR.mtvec, R.t0));
  const { machine } = boot(program.label("trap").emit(0));
  expect(machine.run(10_000)).toEqual({ reason: "limit" });
  expect(machine.ticks).toBe(10_000);
});

test("riscv machine: registers begin with the hart's number and the device tree", () => {
  const { machine } = boot(endless(), { commandLine: "quiet", harts: 2, disk: { sizeBytes: 512 } });
  const tree = machine.deviceTree!;
  expect(tree.address + tree.sizeBytes).toBe(0x8000_0000 + MEMORY_BYTES);
  expect(machine.harts.map(({ pc, x }) => [pc, x[10], x[11]! >>> 0])).toEqual([
    [0x8000_0000, 0, tree.address],
    [0x8000_0000, 1, tree.address],
  ]);
  const { root } = readDeviceTree(machine.memory.dmaRead(tree.address, tree.sizeBytes));
  expect(cellsOf(nodeAt(root, "/memory@80000000"), "reg")).toEqual([0, 0x8000_0000, 0, 0x2_0000]);
  expect(textsOf(nodeAt(root, "/chosen"), "bootargs")).toEqual(["quiet"]);
  expect(nodeAt(root, "/cpus").children).toHaveLength(2);
  expect(cellsOf(nodeAt(root, "/cpus"), "timebase-frequency")).toEqual([10_000_000]);
  expect(cellsOf(nodeAt(root, "/soc/virtio_mmio@10002000"), "interrupts")).toEqual([2]);
  expect(() => nodeAt(root, "/soc/virtio_mmio@10001000")).toThrow();
});

test("riscv machine: without a device tree a1 is 0 and nothing is written", () => {
  const { machine } = boot(endless(), { deviceTree: false });
  expect([machine.deviceTree, machine.harts[0]!.x[11]]).toEqual([undefined, 0]);
  expect(machine.memory.page(0x8_001f)).toEqual(new Uint8Array(4096));
});

test("riscv machine: several images are loaded, and the first is begun with", () => {
  const second = new LabelledProgram(0x8000_4000).label("second").emit(0x1234_5678);
  const image = [printer("1").image(), second.image()];
  const { machine, text } = boot(endless(), { image });
  expect(machine.run(100).reason).toBe("power-off");
  expect([text(), word(machine, 0x8000_4000)]).toEqual(["1", 0x1234_5678]);
});

const image = endless().image();
const zeros = (zeroBytes: number, address = 0x8000_1000) => ({
  ...image,
  segments: [...image.segments, { address, bytes: new Uint8Array(0), zeroBytes }],
});

test.each<[string, Options, string]>([
  ["too little memory", { memoryBytes: 4096 }, "MEMORY_BYTES"],
  ["three harts", { harts: 3 }, "HARTS"],
  ["ticks of half a nanosecond", { nsPerTick: 0.5 }, "TIMEBASE"],
  ["no image", { image: [] }, "IMAGE_MISSING"],
  ["an image larger than memory", { image: zeros(MEMORY_BYTES + 1) }, "IMAGE_TOO_LARGE"],
  ["an image past the end", { image: zeros(MEMORY_BYTES) }, "IMAGE_OUTSIDE_MEMORY"],
  ["images over each other", { image: [image, image] }, "IMAGE_OVERLAP"],
  ["a bad entry", { image: { ...image, entry: 0x8000_0002 } }, "IMAGE_ENTRY"],
  ["a long command line", { commandLine: "x".repeat(1024) }, "COMMAND_LINE"],
  [
    "a reserved range elsewhere",
    { reservedRanges: [{ address: 0x9000_0000, sizeBytes: 4 }] },
    "RESERVED_RANGE",
  ],
  ["no room for the tree", { image: zeros(MEMORY_BYTES - 4, 0x8000_0004) }, "DEVICE_TREE_NO_ROOM"],
  ["a command line without a tree", { deviceTree: false, commandLine: "x" }, "DEVICE_TREE_ABSENT"],
  ["a disk of half a sector", { disk: { sizeBytes: 256 } }, "DISK_RANGE"],
  ["no disk at all", { disk: { sizeBytes: 0 } }, "DISK_RANGE"],
  ["a disk of no size", { disk: { sizeBytes: Number.NaN } }, "DISK_RANGE"],
  [
    "more contents than disk",
    { disk: { sizeBytes: 512, contents: new Uint8Array(513) } },
    "DISK_CONTENTS",
  ],
  ["a group address", { network: { mac: Uint8Array.of(1, 0, 0, 0, 0, 0) } }, "MAC_ADDRESS"],
])("riscv machine: %s is refused", (_, options, code) => {
  expect(thrownCode(() => boot(endless(), options))).toBe(code);
});

test("riscv machine: a refusal is one sentence with the address", () => {
  expect(() => boot(endless(), { image: zeros(MEMORY_BYTES) })).toThrow(
    "expected segments within the memory of 131072 bytes at 0x80000000, got 131072 bytes at 0x80001000",
  );
});

test("riscv machine: a write to tohost ends the run at once, and stays", () => {
  const program = new LabelledProgram().la(R.t0, "tohost").emit(asm.addi(R.t1, 0, 1));
  program.emit(asm.sw(R.zero, 0, R.t0), asm.sw(R.t1, 0, R.t0));
  program.label("loop").jump("loop").label("tohost").emit(0);
  for (const step of [1, 5, 6, 1_000]) {
    const { machine } = boot(program);
    let run = machine.run(step);
    for (let runs = 0; run.reason === "limit" && runs < 20; runs += 1) run = machine.run(step);
    expect([run, machine.ticks]).toEqual([{ reason: "tohost", value: 1 }, 5]);
    expect(machine.run(10)).toEqual({ reason: "tohost", value: 1 });
    expect(machine.ticks).toBe(5);
  }
});

/** Waits for a timer, prints a letter, waits again. */
function sleeper(deadline: number): LabelledProgram {
  const program = new LabelledProgram().li(R.s0, AT.uart).li(R.s1, AT.compare);
  program.li(R.t0, deadline).emit(asm.sw(R.t0, 0, R.s1), asm.sw(R.zero, 4, R.s1));
  program.li(R.t0, 0x80).emit(asm.csrrs(0, CSR.mie, R.t0), asm.wfi());
  program.emit(asm.addi(R.t0, 0, 0x7a), asm.sb(R.t0, 0, R.s0), asm.csrrw(0, CSR.mie, 0));
  return program.label("loop").emit(asm.wfi()).jump("loop");
}

test("riscv machine: idle time is jumped over, to the tick of the timer", () => {
  let printedAt = -1;
  const { machine } = boot(sleeper(1_000_000), {
    onConsole: () => {
      printedAt = machine.ticks;
    },
  });
  expect(machine.run(5_000_000)).toEqual({ reason: "limit" });
  expect([machine.ticks, printedAt]).toEqual([5_000_000, -1]);
  expect(machine.run(5_000_000)).toEqual({ reason: "limit" });
  expect([machine.ticks, printedAt]).toEqual([10_000_000, -1]);
  expect(machine.run(5_000_000)).toEqual({ reason: "idle" });
  // the letter's instruction is the second after the timer's tick
  expect(printedAt).toBe(10_000_001);
  expect(machine.ticks).toBe(10_000_004);
  expect(machine.run(100)).toEqual({ reason: "idle" });
  expect(machine.ticks).toBe(10_000_004);
});

test("riscv machine: the clock may run as fast as the ticks", () => {
  const { machine, text } = boot(sleeper(1_000), { nsPerTick: 1, ticksPerTimebase: 1 });
  machine.run(1_001);
  expect(text()).toBe("");
  machine.run(1);
  expect([text(), machine.ticks]).toEqual(["z", 1_002]);
  expect(machine.clock.timebaseHz).toBe(1_000_000_000);
});

/** Echoes what is typed, by interrupt. */
function echo(): LabelledProgram {
  const program = new LabelledProgram().la(R.t0, "trap").emit(asm.csrrw(0, CSR.mtvec, R.t0));
  program.li(R.s0, AT.uart).li(R.s3, AT.claim).li(R.t1, 1);
  program.li(R.t0, AT.plic).emit(asm.sw(R.t1, 40, R.t0));
  program
    .li(R.t0, AT.enable)
    .li(R.t2, 1 << 10)
    .emit(asm.sw(R.t2, 0, R.t0));
  program.emit(asm.sb(R.t1, 2, R.s0), asm.sb(R.t1, 1, R.s0));
  program.li(R.t0, 0x800).emit(asm.csrrs(0, CSR.mie, R.t0), asm.csrrsi(0, CSR.mstatus, 8));
  program.label("loop").emit(asm.wfi()).jump("loop");
  program.label("trap").emit(asm.lw(R.t3, 0, R.s3), asm.lbu(R.t4, 0, R.s0));
  return program.emit(asm.sb(R.t4, 0, R.s0), asm.sw(R.t3, 0, R.s3), asm.mret());
}

test("riscv machine: an idle machine is woken by what is typed, and takes what fits", () => {
  const { machine, text } = boot(echo());
  expect(machine.run(1_000)).toEqual({ reason: "idle" });
  const typed = new TextEncoder().encode("twenty characters...");
  expect(machine.typeConsole(typed)).toBe(16);
  expect(machine.run(1_000)).toEqual({ reason: "idle" });
  expect(machine.typeConsole(typed.subarray(16))).toBe(4);
  machine.run(1_000);
  expect(text()).toBe("twenty characters...");
});

test("riscv machine: a network card and a disk are where drivers look for them", () => {
  const program = new LabelledProgram().li(R.s4, 0x8000_8000);
  for (const [index, base] of [AT.network, AT.disk].entries()) {
    program.li(R.t0, base).emit(asm.lw(R.t1, 0, R.t0), asm.lw(R.t2, 8, R.t0));
    program.emit(asm.sw(R.t1, 8 * index, R.s4), asm.sw(R.t2, 8 * index + 4, R.s4));
  }
  const contents = Uint8Array.of(1, 2, 3);
  const { machine } = boot(powerOff(program, 0x5555), {
    network: { mac: Uint8Array.of(2, 0, 0, 0, 0, 1) },
    disk: { sizeBytes: 5_120, contents },
  });
  expect(machine.run(100).reason).toBe("power-off");
  const words = [0, 4, 8, 12].map((offset) => word(machine, 0x8000_8000 + offset));
  expect(words).toEqual([0x7472_6976, 1, 0x7472_6976, 2]);
  expect(machine.memory.dmaRead(0x1_0000_0000, 4)).toEqual(Uint8Array.of(1, 2, 3, 0));
  const regions = machine.memory.regions.map(({ name, pageCount, medium }) => [
    ...[name, pageCount, medium],
  ]);
  expect(regions).toEqual([
    ["ram", 32, "memory"],
    ["disk", 2, "disk"],
  ]);
});

test("riscv machine: frames are the card's, and dropped where there is none", () => {
  const frame = new Uint8Array(64);
  expect(boot(endless()).machine.receiveFrame(frame)).toBe(true);
  const { machine } = boot(endless(), { network: { mac: new Uint8Array(6) } });
  expect(machine.receiveFrame(frame)).toBe(false);
});

test("riscv machine: a device that was added is reached, advanced and saved", () => {
  const makeDevice = (): { device: MachineDevice; calls: number[] } => {
    const calls: number[] = [];
    let next = 50;
    const device: MachineDevice = {
      name: "added",
      base: 0x3000_0000,
      sizeBytes: 4,
      load: () => 0x55,
      store: (_offset, _sizeBytes, value) => {
        next = value;
      },
      get nextTick() {
        return next;
      },
      advance: (now) => {
        calls.push(now);
        next = now + 100;
      },
      save: (writer) => writer.u32(next),
      parse: (reader) => {
        const value = reader.u32();
        return () => {
          next = value;
        };
      },
    };
    return { device, calls };
  };
  const first = makeDevice();
  const program = new LabelledProgram().li(R.t0, 0x3000_0000).emit(asm.lw(R.t1, 0, R.t0));
  program
    .emit(asm.addi(R.t1, R.t1, 300), asm.sw(R.t1, 0, R.t0))
    .label("loop")
    .jump("loop");
  const { machine } = boot(program, { devices: [() => first.device] });
  machine.run(1_000);
  expect(first.calls).toEqual([385, 485, 585, 685, 785, 885, 985]);
  const second = makeDevice();
  const copy = boot(program, { devices: [() => second.device] }).machine;
  copy.loadRegisters(machine.saveRegisters());
  copy.run(100);
  expect(second.calls).toEqual([1_085]);
  // a time in the past, as no machine saves it, is taken for now
  const registers = machine.saveRegisters();
  registers.set([1, 0, 0, 0], registers.length - 4);
  copy.loadRegisters(registers);
  expect(second.calls).toEqual([1_085, 1_000]);
  expect(copy.run(10)).toEqual({ reason: "limit" });
  const twice = { devices: [() => first.device, () => second.device] };
  expect(() => boot(program, twice)).toThrow("expected a name that no other device has");
});

test("riscv machine: two harts take turns whose lengths are drawn", () => {
  const order = (draws: readonly number[]): { machine: RiscvMachine; hash: string } => {
    let drawn = 0;
    const random32 = (): number => draws[drawn++ % draws.length]!;
    const { machine } = boot(countingHarts(), { harts: 2, random32 });
    machine.run(10_000);
    return { machine, hash: machine.harts.map(({ x }) => x[R.s7]).join(" ") };
  };
  const { machine, hash } = order([10, 20, 30]);
  const [first, second] = machine.harts.map(({ ticks }) => ticks);
  expect(first! + second!).toBe(10_000);
  expect(Math.abs(first! - second!)).toBeLessThan(500);
  // no addition is lost: the sum is that of the two harts, of which each may be in its loop
  const [sum, own, twice] = [0, 4, 8].map((offset) => word(machine, 0x8000_8000 + offset));
  expect(Math.abs(sum! - own! - twice! / 2)).toBeLessThanOrEqual(2);
  expect(order([10, 20, 30]).hash).toBe(hash);
  expect(order([10, 20, 31]).hash).not.toBe(hash);
});

test("riscv machine: stopping in the middle of a turn changes nothing", () => {
  const draws = (): (() => number) => {
    let state = 1;
    return () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return state >>> 8;
    };
  };
  const whole = boot(countingHarts(), { harts: 2, random32: draws() }).machine;
  const parts = boot(countingHarts(), { harts: 2, random32: draws() }).machine;
  whole.run(5_000);
  while (parts.ticks < 5_000) parts.run(Math.min(7, 5_000 - parts.ticks));
  expect(parts.saveRegisters()).toEqual(whole.saveRegisters());
});

test("riscv machine: a hart wakes another by its software interrupt", () => {
  const program = new LabelledProgram().li(R.s0, AT.software).branch(asm.bne, R.a0, 0, "second");
  program.emit(asm.addi(R.t0, 0, 1), asm.sw(R.t0, 4, R.s0));
  program.label("rest").emit(asm.wfi()).jump("rest");
  program.label("second").emit(asm.csrrsi(0, CSR.mie, 8), asm.wfi());
  program
    .li(R.t0, AT.uart)
    .li(R.t1, 0x32)
    .emit(asm.sb(R.t1, 0, R.t0));
  const { machine, text } = boot(powerOff(program, 0x5555), { harts: 2 });
  expect(machine.run(1_000).reason).toBe("power-off");
  expect(text()).toBe("2");
  expect(boot(powerOff(program, 0x5555)).machine.run(1_000)).toEqual({ reason: "idle" });
});
