// covers src/guest/wasm/wasm-guest.ts, src/guest/wasm/wasm-binary.ts, src/guest/wasm/global-registers.ts
import { describe, expect, test } from "vitest";
import { copyGuest } from "../../../src/guest/copy-guest.ts";
import type { Guest, GuestImage } from "../../../src/guest/guest.ts";
import { decodePacket, encodePacket } from "../../../src/guest/packet.ts";
import { GlobalRegisters } from "../../../src/guest/wasm/global-registers.ts";
import { WasmBinary } from "../../../src/guest/wasm/wasm-binary.ts";
import {
  WASM_RECEIVE_BYTES,
  type WasmDefinition,
  wasmGuest,
} from "../../../src/guest/wasm/wasm-guest.ts";
import { InstrumentedTracker } from "../../../src/memory/instrumented-tracker.ts";
import { ShadowTracker } from "../../../src/memory/shadow-tracker.ts";
import { RandomStream } from "../../../src/sim/random.ts";
import { ms } from "../../../src/sim/time.ts";
import { Simulation } from "../../../src/simulation/simulation.ts";
import { continueTwice, MachineDriver, stateOf } from "../machine-driver.ts";
import { assemble, F64, I32, I64, type ModuleParts, op } from "./assembler.ts";

const STACK_POINTER = 0;
const COUNT = 1;
const SHARE = 2;
/** Where the program leaves its answer: count i64, share f64, stack pointer i32, memory size i32. */
const ANSWER = 1_024;
const ANSWER_BYTES = 24;
const RECEIVE = 8_192;

const EXPAND = 0xf0;
const ASK_HOST_TO_EXPAND = 0xf1;
const EXPAND_TOO_FAR = 0xf2;
const TRAP = 0xff;

/**
 * A program with three hidden globals: it pushes the byte it is asked with on a stack that it keeps
 * from request to request, counts in an i64, and adds up halves in an f64.
 */
const parts: ModuleParts = {
  types: [
    { takes: [I32], gives: [I32] },
    { takes: [I32], gives: [] },
  ],
  imports: [{ name: "grow", description: [0, 0] }],
  functions: [
    {
      type: 1,
      code: [
        [op.globalGet(STACK_POINTER), op.i32Const(4), [op.i32Subtract]].flat(),
        op.globalSet(STACK_POINTER),
        [...op.globalGet(STACK_POINTER), ...op.localGet(0), ...op.i32Store],
        [...op.globalGet(COUNT), ...op.i64Const(1), op.i64Add, ...op.globalSet(COUNT)],
        [...op.globalGet(SHARE), ...op.f64Const(0.5), op.f64Add, ...op.globalSet(SHARE)],
        [...op.i32Const(ANSWER), ...op.globalGet(COUNT), ...op.i64Store],
        [...op.i32Const(ANSWER + 8), ...op.globalGet(SHARE), ...op.f64Store],
        [...op.i32Const(ANSWER + 16), ...op.globalGet(STACK_POINTER), ...op.i32Store],
        [...op.i32Const(ANSWER + 20), ...op.memorySize, ...op.i32Store],
      ],
    },
    { type: 0, code: [op.localGet(0), op.memoryGrow] },
    { type: 0, code: [op.localGet(0), op.call(0)] },
    { type: 1, code: [op.unreachable] },
  ],
  memories: [[1, 1, 8]],
  globals: [
    { type: I32, mutable: true, first: [op.i32Const(60_000)] },
    { type: I64, mutable: true, first: [op.i64Const(0)] },
    { type: F64, mutable: true, first: [op.f64Const(0)] },
    { type: I32, mutable: false, first: [op.i32Const(1)] },
  ],
  exports: ["push", "expand", "ask", "trap"].map((name, index) => ({
    name,
    kind: 0,
    index: index + 1,
  })),
};

const binary = WasmBinary.compile(assemble(parts));

function stackGuest(options: Partial<WasmDefinition> = {}): GuestImage {
  return wasmGuest({
    name: "stack",
    binary,
    imports: (machine) => ({ host: { grow: (size: number) => Number(machine.grow(size)) } }),
    boot: ({ exports, memory, services }) => ({
      receiveAddress: RECEIVE,
      costNs: (packet) => 1_000 + packet.length,
      serve(packet) {
        const { client, number, payload } = decodePacket(packet)!;
        const call = (name: string, value: number) =>
          (exports[name] as (value: number) => number)(value);
        const asked = payload[0] ?? 0;
        if (asked === EXPAND) call("expand", 1);
        if (asked === ASK_HOST_TO_EXPAND) call("ask", 3 * 65_536 - 1);
        if (asked === EXPAND_TOO_FAR) call("ask", 8 * 65_536 + 1);
        if (asked === TRAP) call("trap", 0);
        call("push", asked);
        services.transmit(
          encodePacket({ client, number, payload: memory.read(ANSWER, ANSWER_BYTES) }),
        );
      },
    }),
    executions: () => new Map(),
    workload: (_client, random) => ({ request: () => Uint8Array.of(random.below(200)) }),
    ...options,
  });
}

function answer(payload: Uint8Array): number[] {
  const view = new DataView(payload.buffer, payload.byteOffset);
  const { length } = payload;
  expect(length).toBe(ANSWER_BYTES);
  return [
    Number(view.getBigInt64(0, true)),
    view.getFloat64(8, true),
    view.getInt32(16, true),
    view.getInt32(20, true),
  ];
}

test("wasm guest: requests are calls, and each has its cost", () => {
  const machine = new MachineDriver(stackGuest());
  expect(answer(machine.answerTo(1, 1, Uint8Array.of(7)))).toEqual([1, 0.5, 59_996, 1]);
  expect(answer(machine.answerTo(1, 2, Uint8Array.of(8)))).toEqual([2, 1, 59_992, 1]);
  expect(machine.guest.memory.load32(59_996)).toBe(7);
  machine.guest.deliver(encodePacket({ client: 1, number: 3, payload: Uint8Array.of(1) }));
  expect(machine.guest.run(1_000)).toEqual({ usedNs: 1_000, boundary: "budget" });
  expect(machine.guest.run(1_000)).toEqual({ usedNs: 9, boundary: "idle" });
});

test("wasm guest: the instance's memory is the region, and two boots share nothing", () => {
  const first = new MachineDriver(stackGuest());
  const second = new MachineDriver(stackGuest());
  const [region] = first.guest.memory.regions;
  expect(region).toMatchObject({ basePage: 0, pageCount: 16, stores: "unseen" });
  expect(stateOf(first.guest)).toEqual(stateOf(second.guest));
  first.ask(1, 1);
  expect(stateOf(first.guest)).not.toEqual(stateOf(second.guest));
  expect(answer(second.answerTo(1, 1))[0]).toBe(1);
});

test("wasm guest: goes on identically in a second instance, from any boundary", () => {
  for (let seed = 0; seed < 40; seed += 1) {
    const { original, second } = continueTwice(stackGuest(), seed, { budgetMaxNs: 1_500 });
    expect(second).toEqual(original);
  }
});

describe("wasm guest: a broken transfer is noticed", () => {
  const noticed = (transfer: (source: Guest, target: Guest) => void): number => {
    let count = 0;
    for (let seed = 0; seed < 20; seed += 1) {
      const result = continueTwice(stackGuest(), seed, { budgetMaxNs: 1_500, transfer });
      try {
        expect(result.second).toEqual(result.original);
      } catch {
        count += 1;
      }
    }
    return count;
  };

  /** Copies everything but one of the globals; registers are a header of 24 bytes, a size of 8, globals. */
  const losing = (global: number) => (source: Guest, target: Guest) => {
    const offset = 24 + 8 + 8 * global;
    const stale = target.saveRegisters().slice(offset, offset + 8);
    copyGuest(source, target);
    const registers = target.saveRegisters();
    registers.set(stale, offset);
    target.loadRegisters(registers);
  };

  test.each([
    ["the hidden stack pointer", STACK_POINTER],
    ["a hidden i64", COUNT],
    ["a hidden f64", SHARE],
  ])("wasm guest: %s is lost", (_name, global) => {
    expect(noticed(losing(global))).toBeGreaterThan(15);
  });

  test("wasm guest: a page is lost", () => {
    const found = noticed((source, target) => {
      const stale = target.memory.page(14).slice();
      copyGuest(source, target);
      target.memory.hostWrite(14, stale);
    });
    expect(found).toBeGreaterThan(15);
  });
});

describe("wasm guest: instrumented", () => {
  const marked = stackGuest({ instrument: true });

  test("wasm guest: it does and holds the same as one that is not", () => {
    for (let seed = 0; seed < 10; seed += 1) {
      const plain = continueTwice(stackGuest(), seed, { budgetMaxNs: 1_500 });
      const { original, second } = continueTwice(marked, seed, { budgetMaxNs: 1_500 });
      expect(original).toEqual(plain.original);
      expect(second).toEqual(plain.original);
    }
  });

  test("wasm guest: one can be copied into the other, grown or not", () => {
    const first = new MachineDriver(marked);
    const second = new MachineDriver(stackGuest());
    const third = new MachineDriver(marked);
    for (const request of [EXPAND, ASK_HOST_TO_EXPAND, EXPAND_TOO_FAR, 5]) {
      first.ask(1, 1, Uint8Array.of(request));
    }
    expect(first.guest.memory.regions[0]!.pageCount).toBe(48);
    copyGuest(first.guest, second.guest);
    copyGuest(second.guest, third.guest);
    expect(stateOf(second.guest)).toEqual(stateOf(first.guest));
    expect(stateOf(third.guest)).toEqual(stateOf(first.guest));
    expect(answer(third.answerTo(1, 2))).toEqual(answer(second.answerTo(1, 2)));
  });

  test("wasm guest: its region has marks, and they find what a request changes", () => {
    const { guest } = new MachineDriver(marked);
    const [region] = guest.memory.regions;
    expect(region).toMatchObject({ basePage: 0, pageCount: 16, stores: "unseen" });
    expect(new MachineDriver(stackGuest()).guest.memory.regions[0]!.backing.storeMarks).toBe(
      undefined,
    );
    const shadow = new ShadowTracker(guest.memory);
    const tracker = new InstrumentedTracker(guest.memory);
    shadow.start();
    tracker.start();
    guest.deliver(encodePacket({ client: 1, number: 1, payload: Uint8Array.of(EXPAND) }));
    guest.run(1_000_000);
    const changed = shadow.collect();
    expect(changed.toArray()).toEqual([0, 2, 14]);
    expect(tracker.collect().toArray()).toEqual(changed.toArray());
  });

  test("wasm guest: bounds of the memory are those of the program", () => {
    expect(() => stackGuest({ instrument: true, memoryBytesMax: 65_535 })).toThrow(RangeError);
    const { maxPages } = new MachineDriver(marked).guest.memory.regions[0]!;
    expect(maxPages).toBe(128);
  });

  test("wasm guest: a program that cannot be instrumented is refused when the image is made", () => {
    const throwing = assemble({
      ...parts,
      functions: [...parts.functions!, { type: 1, code: [[0x06, 0x40, op.end]] }],
    });
    const definition = { binary: WasmBinary.compile(throwing) };
    expect(() => stackGuest(definition)).not.toThrow();
    expect(() => stackGuest({ ...definition, instrument: true })).toThrow("got opcode 0x06");
  });

  test("wasm guest: a defect is passed on", () => {
    const broken = stackGuest({ instrument: true, broken: { firstPageOnly: true } });
    const { guest } = new MachineDriver(broken);
    expect(guest.memory.regions[0]!.backing.storeMarks).toBeDefined();
    expect(broken.name).toBe("stack");
  });
});

test("wasm guest: a memory that its program grows is a larger region, in the copy too", () => {
  const machine = new MachineDriver(stackGuest());
  const copy = new MachineDriver(stackGuest());
  expect(answer(machine.answerTo(1, 1, Uint8Array.of(EXPAND)))[3]).toBe(2);
  expect(machine.guest.memory.regions[0]!.pageCount).toBe(32);
  machine.guest.memory.store32(100_000, 77);
  copyGuest(machine.guest, copy.guest);
  expect(copy.guest.memory.load32(100_000)).toBe(77);
  expect(stateOf(copy.guest)).toEqual(stateOf(machine.guest));
  expect(answer(copy.answerTo(1, 2))).toEqual(answer(machine.answerTo(1, 2)));
});

test("wasm guest: a host function grows the memory, up to what the machine may have", () => {
  const machine = new MachineDriver(stackGuest());
  expect(answer(machine.answerTo(1, 1, Uint8Array.of(ASK_HOST_TO_EXPAND)))[3]).toBe(3);
  expect(answer(machine.answerTo(1, 2, Uint8Array.of(EXPAND_TOO_FAR)))[3]).toBe(3);
  const small = new MachineDriver(stackGuest({ memoryBytesMax: 2 * 65_536 }));
  expect(answer(small.answerTo(1, 1, Uint8Array.of(ASK_HOST_TO_EXPAND)))[3]).toBe(1);
});

test("wasm guest: registers carry the size of the memory, which grows before pages come", () => {
  const machine = new MachineDriver(stackGuest());
  machine.ask(1, 1, Uint8Array.of(EXPAND));
  const other = new MachineDriver(stackGuest());
  other.guest.loadRegisters(machine.guest.saveRegisters());
  expect(other.guest.memory.regions[0]!.pageCount).toBe(32);
  const small = new MachineDriver(stackGuest()).guest.saveRegisters();
  expect(() => machine.guest.loadRegisters(small)).toThrow(
    "expected a memory of 32 to 128 pages, got one of 16",
  );
});

test("wasm guest: malformed registers are refused and change nothing", () => {
  const { guest } = new MachineDriver(stackGuest());
  const good = guest.saveRegisters();
  expect(good).toHaveLength(24 + 8 + 3 * 8);
  // size of the memory beyond its bound, not whole pages, reserved zeros, above the 32 bits of an i32
  for (const [offset, value] of [
    [25, 1],
    [24, 17],
    [28, 1],
    [36, 1],
  ] as const) {
    const bad = good.slice();
    bad[offset] = value;
    expect(() => guest.loadRegisters(bad)).toThrow(RangeError);
    expect(guest.saveRegisters()).toEqual(good);
  }
  for (const length of [0, 8, 24]) {
    const bad = good.slice(0, 24 + length);
    bad[16] = length;
    expect(() => guest.loadRegisters(bad)).toThrow(RangeError);
  }
});

test("wasm guest: a trap stops the machine for good", () => {
  const machine = new MachineDriver(stackGuest());
  expect(machine.ask(1, 1, Uint8Array.of(TRAP))).toEqual([]);
  expect(machine.guest.panic).toContain("unreachable");
  expect(machine.ask(1, 2)).toEqual([]);
  const copy = new MachineDriver(stackGuest());
  copyGuest(machine.guest, copy.guest);
  expect(copy.ask(1, 3)).toEqual([]);
});

test("wasm guest: a defect of the adapter comes out", () => {
  const serve = (): void => {
    throw new TypeError("a defect");
  };
  const boot = () => ({ receiveAddress: RECEIVE, costNs: () => 1, serve });
  const machine = new MachineDriver(stackGuest({ boot }));
  expect(() => machine.ask(1, 1)).toThrow("a defect");
});

test("wasm guest: a start function that calls the host finds no machine yet", () => {
  const early = assemble({
    types: [{ takes: [], gives: [] }],
    imports: [{ name: "early", description: [0, 0] }],
    memories: [[0, 1]],
    start: 0,
  });
  const image = stackGuest({
    binary: WasmBinary.compile(early),
    imports: (machine) => ({ host: { early: () => machine.memory } }),
  });
  expect(() => new MachineDriver(image)).toThrow("before the instance exists");
});

test("wasm guest: bounds of the memory are checked", () => {
  for (const memoryBytesMax of [0, 65_535, 65_537, Number.NaN]) {
    expect(() => stackGuest({ memoryBytesMax })).toThrow(RangeError);
  }
  expect(WASM_RECEIVE_BYTES % 8).toBe(0);
  expect(RECEIVE + WASM_RECEIVE_BYTES).toBeLessThan(60_000);
});

test("wasm guest: executions and workload are the adapter's", () => {
  const executions = () => new Map([[1, 2]]);
  const image = stackGuest({ executions });
  expect(image.executions(new MachineDriver(image).guest, 1)).toEqual(new Map([[1, 2]]));
  const workload = image.workload(1, new RandomStream(1, "workload"));
  expect(workload.request(1)).toHaveLength(1);
});

test("wasm binary: what a module imports can be asked, and a module that is no good is refused", () => {
  expect(binary.imports).toEqual([{ module: "host", name: "grow", kind: "function" }]);
  expect(() => WasmBinary.compile(new Uint8Array(8))).toThrow(TypeError);
  const badCode = assemble({ ...parts, functions: [{ type: 1, code: [op.i32Add] }], exports: [] });
  expect(() => WasmBinary.compile(badCode)).toThrow("expected a valid module, got:");
});

test("global registers: every type keeps its bits", () => {
  const globals = [
    { name: "a", type: "i32", hidden: true, first: -1 },
    { name: "b", type: "i64", hidden: true, first: -(2n ** 63n) },
    { name: "c", type: "f32", hidden: true, first: Math.fround(0.1) },
    { name: "d", type: "f64", hidden: true, first: -0 },
  ] as const;
  const exports = Object.fromEntries(
    globals.map(({ name, type, first }) => [
      name,
      new WebAssembly.Global({ value: type, mutable: true }, first),
    ]),
  );
  const registers = new GlobalRegisters(globals, exports);
  const saved = registers.save();
  for (const { name, type } of globals) exports[name]!.value = type === "i64" ? 5n : 5;
  expect(registers.save()).not.toEqual(saved);
  registers.check(saved);
  registers.load(saved);
  expect(registers.save()).toEqual(saved);
  expect(globals.map(({ name }) => exports[name]!.value)).toEqual(
    globals.map(({ first }) => first),
  );
});

test("wasm guest: a machine that runs is duplicated, whole, under the address of a profile", () => {
  const sim = new Simulation({ seed: 1, onViolation: "record" });
  const { a, b, c } = sim.hosts(["a", "b", "c"]);
  const image = stackGuest({ duplication: {} });
  const machine = sim.protect(image, { primary: a, secondary: b });
  sim.client(machine, { requests: 40, think: ms(1) });
  sim.run({ until: ms(20) });
  const profile = { role: "copy", hostName: "c.example", address: "copy" };
  const copy = sim.duplicate(machine, { targets: [{ host: c, profile }] }).on(c)!;
  sim.run({ until: ms(60) });
  expect(copy.state).toBe("running");
  expect(copy.machine!.activeNode!.vm.guest.duplication!.identity).toMatchObject(profile);
  // It has counted what the source had, and goes on from there.
  const client = sim.client(copy.machine!, { requests: 3, think: ms(1) });
  sim.run({ until: ms(200) });
  const [first] = answer(client.history[0]!.reply!);
  expect(first).toBeGreaterThan(5);
  expect(answer(client.history[2]!.reply!)[0]).toBe(first! + 2);
  expect(sim.clients[0]!.acknowledged).toBe(40);
  // This program keeps no journal of what it was asked.
  expect(new Set(sim.violations.map(({ name }) => name))).toEqual(new Set(["nothing-lost"]));
});
