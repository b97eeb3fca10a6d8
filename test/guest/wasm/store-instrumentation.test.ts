// covers src/guest/wasm/store-instrumentation.ts, src/guest/wasm/code-instrumenter.ts, src/guest/wasm/mark-writer.ts, src/guest/wasm/temporary-locals.ts, src/guest/wasm/store-map.ts, src/guest/wasm/data-shifter.ts, src/guest/wasm/section-writer.ts, src/guest/wasm/binary-writer.ts, src/guest/wasm/export-list.ts, src/guest/wasm/function-outline.ts, src/guest/wasm/instruction-reader.ts
import { describe, expect, test } from "vitest";
import { WasmBinaryReader } from "../../../src/guest/wasm/binary-reader.ts";
import { WasmBinaryWriter } from "../../../src/guest/wasm/binary-writer.ts";
import { exportState } from "../../../src/guest/wasm/export-rewriter.ts";
import { WasmInstructionReader } from "../../../src/guest/wasm/instruction-reader.ts";
import { instrumentStores } from "../../../src/guest/wasm/store-instrumentation.ts";
import { MAP_BYTES, MARKED_BYTES_MAX } from "../../../src/guest/wasm/store-map.ts";
import { WasmBinary } from "../../../src/guest/wasm/wasm-binary.ts";
import {
  assemble,
  F32,
  F64,
  I32,
  I64,
  type ModuleParts,
  name,
  op,
  section,
  unsigned,
  V128,
} from "./assembler.ts";
import { differingPages, MarkedPair, pagesOf } from "./marked-pair.ts";

const PAGE = 4_096;
const UNIT = 65_536;

const SPLAT_I32 = [0xfd, 17];
const STORES = [
  { name: "i32.store", code: [0x36], type: I32, sizeBytes: 4 },
  { name: "i64.store", code: [0x37], type: I64, sizeBytes: 8 },
  { name: "f32.store", code: [0x38], type: F32, sizeBytes: 4 },
  { name: "f64.store", code: [0x39], type: F64, sizeBytes: 8 },
  { name: "i32.store8", code: [0x3a], type: I32, sizeBytes: 1 },
  { name: "i32.store16", code: [0x3b], type: I32, sizeBytes: 2 },
  { name: "i64.store8", code: [0x3c], type: I64, sizeBytes: 1 },
  { name: "i64.store16", code: [0x3d], type: I64, sizeBytes: 2 },
  { name: "i64.store32", code: [0x3e], type: I64, sizeBytes: 4 },
  { name: "v128.store", code: [0xfd, 11], type: V128, sizeBytes: 16 },
  { name: "v128.store8_lane", code: [0xfd, 88], type: V128, sizeBytes: 1, lane: 15 },
  { name: "v128.store16_lane", code: [0xfd, 89], type: V128, sizeBytes: 2, lane: 7 },
  { name: "v128.store32_lane", code: [0xfd, 90], type: V128, sizeBytes: 4, lane: 3 },
  { name: "v128.store64_lane", code: [0xfd, 91], type: V128, sizeBytes: 8, lane: 1 },
] as const;

/** Offsets that the stores carry. */
const OFFSETS = [0, 1, 6, 4_095, 70_000];

type Store = (typeof STORES)[number];

/** Converts the number in local 1 to the type that is stored; none of its bytes is 0. */
function pushedValue(type: number): readonly number[] {
  const number = [...op.localGet(1), ...op.i32Const(0x0101_0101), 0x6c];
  if (type === I32) return number;
  if (type === F32) return [...number, 0xbe];
  if (type === V128) return [...number, ...SPLAT_I32];
  const long = [...number, 0xad, ...number, 0xad, ...op.i64Const(32), 0x86, 0x84];
  return type === I64 ? long : [...long, 0xbf];
}

/** For each store and offset two functions: the address out of a variable, and computed. */
function storeModule(stores: readonly Store[]): ModuleParts {
  const entries = stores.flatMap((store) =>
    OFFSETS.flatMap((offset) => [false, true].map((isComputed) => ({ store, offset, isComputed }))),
  );
  return {
    types: [{ takes: [I32, I32], gives: [] }],
    functions: entries.map(({ store, offset, isComputed }) => ({
      type: 0,
      code: [
        op.localGet(0),
        // xor with 0: nothing is known of the sum
        isComputed ? [...op.i32Const(0), 0x73] : [],
        pushedValue(store.type),
        store.code,
        [0, ...unsigned(offset)],
        "lane" in store ? [store.lane] : [],
      ],
    })),
    memories: [[1, 3, 3]],
    exports: entries.map(({ store, offset, isComputed }, index) => ({
      name: `${store.name} ${offset} ${isComputed}`,
      kind: 0,
      index,
    })),
  };
}

describe("store instrumentation: every store marks the pages that it writes, and no other", () => {
  test.each(STORES.map((store) => [store.name, store] as const))("%s", (storeName, store) => {
    const pair = new MarkedPair(assemble(storeModule([store])));
    let value = 0;
    for (const offset of OFFSETS) {
      for (const isComputed of [false, true]) {
        const call = (address: number): unknown => {
          value = (value % 250) + 1;
          return pair.call(`${storeName} ${offset} ${isComputed}`, address, value);
        };
        for (const page of [0, 1, 15, 16, 29]) {
          for (const near of [-17, -16, -15, -9, -8, -7, -4, -3, -2, -1, 0, 1, 5, 2_000]) {
            const address = page * PAGE + near - (offset % PAGE);
            if (address < 0 || address + offset + 16 > 3 * UNIT) continue;
            const before = pair.memory.slice();
            expect(call(address)).toEqual({ returned: undefined });
            const pages = pagesOf(address + offset, store.sizeBytes);
            expect(pair.takeMarks()).toEqual(pages);
            expect(pages).toEqual(expect.arrayContaining(differingPages(before, pair.memory)));
          }
        }
        // the last bytes that there are, and the first that are not
        const end = 3 * UNIT - offset - store.sizeBytes;
        expect(call(end)).toEqual({ returned: undefined });
        expect(pair.takeMarks()).toEqual([47]);
        for (const beyond of [end + 1, end + store.sizeBytes, -1, -16, -MAP_BYTES, 0x7fff_ffff]) {
          expect(call(beyond)).toEqual({ trapped: "memory access out of bounds" });
          expect(pair.takeMarks()).toEqual([]);
        }
      }
    }
  });
});

test("store instrumentation: a constant address is marked where it is", () => {
  const addresses = [0, PAGE - 4, PAGE - 2, 2 * PAGE, 3 * UNIT - 4];
  const pair = new MarkedPair(
    assemble({
      types: [{ takes: [], gives: [] }],
      functions: [...addresses, 3 * UNIT - 3, -4].map((address) => ({
        type: 0,
        code: [op.i32Const(address), op.i32Const(9), [0x36, 0, 0]],
      })),
      memories: [[1, 3, 3]],
      exports: [...addresses, "beyond", "negative"].map((label, index) => ({
        name: String(label),
        kind: 0,
        index,
      })),
    }),
  );
  for (const address of addresses) {
    pair.call(String(address));
    expect(pair.takeMarks()).toEqual(pagesOf(address, 4));
  }
  for (const wild of ["beyond", "negative"]) {
    expect(pair.call(wild)).toEqual({ trapped: "memory access out of bounds" });
    expect(pair.takeMarks()).toEqual([]);
  }
});

const BULK: ModuleParts = {
  types: [
    { takes: [I32, I32, I32], gives: [] },
    { takes: [], gives: [] },
  ],
  functions: [
    { type: 0, code: [op.localGet(0), op.localGet(1), op.localGet(2), [0xfc, 11, 0]] },
    { type: 0, code: [op.localGet(0), op.localGet(1), op.localGet(2), [0xfc, 10, 0, 0]] },
    { type: 0, code: [op.localGet(0), op.localGet(1), op.localGet(2), [0xfc, 8, 1, 0]] },
    { type: 1, code: [[0xfc, 9, 1]] },
  ],
  memories: [[1, 3, 3]],
  exports: ["fill", "copy", "init", "drop"].map((label, index) => ({
    name: label,
    kind: 0,
    index,
  })),
  data: [
    { address: [op.i32Const(3 * UNIT - 3)], bytes: [1, 2, 3] },
    { bytes: Array.from({ length: 10_000 }, (_, at) => 1 + (at % 255)) },
    { address: [op.i32Const(70_000)], bytes: [7, 8, 9] },
  ],
};

describe("store instrumentation: bulk operations mark their whole range", () => {
  const RANGES = [
    [0, 1],
    [PAGE - 1, 1],
    [PAGE - 1, 2],
    [PAGE, PAGE],
    [PAGE - 1, PAGE + 2],
    [5_000, 9_999],
    [3 * UNIT - 10_000, 10_000],
  ] as const;

  test.each(["fill", "copy", "init"])("%s", (call) => {
    const pair = new MarkedPair(assemble(BULK));
    expect([...pair.memory.subarray(3 * UNIT - 3)]).toEqual([1, 2, 3]);
    const second = { fill: 0x55, copy: 70_000, init: 0 }[call]!;
    for (const [address, length] of RANGES) {
      pair.poke(second, Uint8Array.of(7, 8, 9));
      expect(pair.call(call, address, second, length)).toEqual({ returned: undefined });
      expect(pair.takeMarks()).toEqual(pagesOf(address, length));
    }
    for (const address of [0, 5_000, 3 * UNIT]) {
      expect(pair.call(call, address, second, 0)).toEqual({ returned: undefined });
      expect(pair.takeMarks()).toEqual([]);
    }
    for (const [address, length] of [
      [3 * UNIT, 1],
      [3 * UNIT + 1, 0],
      [3 * UNIT - 5, 6],
      [-1, 0],
      [-1, 1],
      [-MAP_BYTES, 4],
      [-MAP_BYTES - 1, 4],
      [0, -1],
    ] as const) {
      expect(pair.call(call, address, second, length)).toEqual({
        trapped: "memory access out of bounds",
      });
      expect(pair.takeMarks()).toEqual([]);
    }
    expect(pair.memory).toHaveLength(3 * UNIT);
  });

  test("store instrumentation: copies overlap, come from the very end and not from beyond", () => {
    const pair = new MarkedPair(assemble(BULK));
    pair.poke(
      100,
      Uint8Array.from({ length: 9_000 }, (_, at) => at % 251),
    );
    for (const [to, from, length] of [
      [101, 100, 9_000],
      [100, 101, 9_000],
      [0, 3 * UNIT - 16, 16],
    ] as const) {
      expect(pair.call("copy", to, from, length)).toEqual({ returned: undefined });
      expect(pair.takeMarks()).toEqual(pagesOf(to, length));
      expect(pair.memory).toHaveLength(3 * UNIT);
    }
    for (const from of [3 * UNIT - 15, -1, -MAP_BYTES]) {
      expect(pair.call("copy", 0, from, 16)).toEqual({ trapped: "memory access out of bounds" });
    }
  });

  test("store instrumentation: a segment can be dropped, and is not there any more", () => {
    const pair = new MarkedPair(assemble(BULK));
    pair.call("drop");
    expect(pair.call("init", 0, 0, 1)).toEqual({ trapped: "memory access out of bounds" });
    expect(pair.takeMarks()).toEqual([]);
  });
});

const SIZES: ModuleParts = {
  types: [
    { takes: [], gives: [I32] },
    { takes: [I32], gives: [I32] },
    { takes: [I32, I32], gives: [] },
  ],
  functions: [
    { type: 0, code: [op.memorySize] },
    { type: 1, code: [op.localGet(0), op.memoryGrow] },
    { type: 1, code: [op.localGet(0), op.i32Load] },
    { type: 2, code: [op.localGet(0), op.localGet(1), op.i32Store] },
  ],
  memories: [[1, 1, 5]],
  exports: ["size", "grow", "load", "store"].map((label, index) => ({
    name: label,
    kind: 0,
    index,
  })),
};

test("store instrumentation: a program grows as it would, and sees the size that it has", () => {
  const pair = new MarkedPair(assemble(SIZES));
  expect(pair.call("size")).toEqual({ returned: 1 });
  expect(pair.call("store", UNIT, 1)).toEqual({ trapped: "memory access out of bounds" });
  expect(pair.call("grow", 2)).toEqual({ returned: 1 });
  expect(pair.call("grow", 0)).toEqual({ returned: 3 });
  expect(pair.call("store", 3 * UNIT - 4, 1)).toEqual({ returned: undefined });
  expect(pair.takeMarks()).toEqual([47]);
  expect(pair.call("grow", 3)).toEqual({ returned: -1 });
  expect(pair.call("grow", -1)).toEqual({ returned: -1 });
  expect(pair.call("grow", 2)).toEqual({ returned: 3 });
  expect(pair.call("size")).toEqual({ returned: 5 });
  expect(pair.call("load", 3 * UNIT - 4)).toEqual({ returned: 1 });
  expect(pair.memory).toHaveLength(5 * UNIT);
});

test("store instrumentation: loads find what is there, and nothing of the marks", () => {
  const pair = new MarkedPair(assemble(SIZES));
  pair.call("store", 0, 5);
  expect(pair.call("load", 0)).toEqual({ returned: 5 });
  for (const address of [UNIT - 3, UNIT, -1, -4, -MAP_BYTES, -MAP_BYTES + 1]) {
    expect(pair.call("load", address)).toEqual({ trapped: "memory access out of bounds" });
  }
});

test("store instrumentation: an offset of nearly 4 GiB reaches nothing, as before", () => {
  const far = [0xff, 0xff, 0xff, 0xff, 0x0f];
  const nearly = unsigned(0xffff_ffff - MAP_BYTES);
  const pair = new MarkedPair(
    assemble({
      types: [{ takes: [I32], gives: [] }],
      functions: [far, nearly].flatMap((offset) => [
        { type: 0, code: [op.localGet(0), op.i32Const(1), [0x3a, 0, ...offset]] },
        { type: 0, code: [op.localGet(0), [0x2d, 0, ...offset], op.drop] },
      ]),
      memories: [[1, 1, 1]],
      exports: ["0", "1", "2", "3"].map((label, index) => ({ name: label, kind: 0, index })),
    }),
  );
  for (const label of ["0", "1", "2", "3"]) {
    for (const address of [0, 1, 4_000, -1]) {
      expect(pair.call(label, address)).toEqual({ trapped: "memory access out of bounds" });
    }
  }
});

test("store instrumentation: data outside the memory is refused by the engine, as before", () => {
  for (const address of [UNIT, UNIT - 1, -1, -MAP_BYTES]) {
    const data = [{ address: [op.i32Const(address)], bytes: [1, 2] }];
    const binary = WasmBinary.compile(assemble({ ...SIZES, data }));
    expect(() => binary.instantiate({})).toThrow(WebAssembly.RuntimeError);
    expect(() => binary.instrumented().instantiate({})).toThrow(WebAssembly.RuntimeError);
  }
});

const RESULT = exportState(assemble({ ...SIZES, custom: "note" }));

describe("store instrumentation: what the module says of itself", () => {
  test("store instrumentation: the memory is that of the program, behind the marks", () => {
    const { bytes, memory, mapBytes } = instrumentStores(RESULT);
    expect(memory).toEqual({ initialBytes: UNIT, maximumBytes: 5 * UNIT });
    expect(mapBytes).toBe(MAP_BYTES);
    expect(exportState(bytes).memory).toEqual({
      initialBytes: MAP_BYTES + UNIT,
      maximumBytes: MAP_BYTES + 5 * UNIT,
    });
    const free = instrumentStores(exportState(assemble({ ...SIZES, memories: [[0, 1]] })));
    expect(free.memory.maximumBytes).toBe(MARKED_BYTES_MAX);
    expect((MAP_BYTES + MARKED_BYTES_MAX) / UNIT).toBe(65_535);
    expect(MARKED_BYTES_MAX / PAGE).toBeLessThan(MAP_BYTES);
  });

  test("store instrumentation: a memory that leaves no room is refused", () => {
    const limits = [0, ...unsigned(65_520)];
    expect(() => instrumentStores(exportState(assemble({ ...SIZES, memories: [limits] })))).toThrow(
      "begins with at most 4293853184 bytes, got one of 4293918720 bytes",
    );
    const large = exportState(assemble({ ...SIZES, memories: [[1, 1, ...unsigned(65_536)]] }));
    expect(instrumentStores(large).memory.maximumBytes).toBe(MARKED_BYTES_MAX);
  });

  test("store instrumentation: the module's own names for its memory are gone", () => {
    const own = [
      { name: "memory", kind: 2, index: 0 },
      { name: "standin:memory", kind: 3, index: 0 },
    ];
    const globals = [{ type: I32, mutable: true, first: [op.i32Const(1)] }];
    const module = exportState(assemble({ ...SIZES, globals, exports: own }));
    expect(module.memoryName).toBe("memory");
    const instrumented = instrumentStores(module);
    expect(instrumented.memoryName).toBe("standin:memory'");
    const compiled = new WebAssembly.Module(instrumented.bytes as Uint8Array<ArrayBuffer>);
    const kinds = WebAssembly.Module.exports(compiled).map(({ name: key, kind }) => [key, kind]);
    expect(kinds).toEqual([
      ["standin:memory", "global"],
      ["standin:memory'", "memory"],
    ]);
    expect(instrumented.globals).toBe(module.globals);
  });

  test("store instrumentation: names of functions are kept, notes about offsets are not", () => {
    const custom = (label: string): number[] => section(0, [...name(label), 1, 2, 3]);
    const whole = [...assemble(SIZES), ...custom("name"), ...custom("sourceMappingURL")];
    const { bytes } = instrumentStores(exportState(Uint8Array.from(whole)));
    const module = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
    expect(WebAssembly.Module.customSections(module, "name")).toHaveLength(1);
    expect(WebAssembly.Module.customSections(module, "sourceMappingURL")).toEqual([]);
  });

  test("store instrumentation: a module without code and data has none afterwards", () => {
    const { bytes } = instrumentStores(exportState(assemble({ memories: [[0, 1]] })));
    expect(WebAssembly.validate(bytes as Uint8Array<ArrayBuffer>)).toBe(true);
    expect(bytes.length).toBeLessThan(60);
  });
});

describe("store instrumentation: what is not understood is refused with its place", () => {
  const refusal = (code: readonly number[], parts: Partial<ModuleParts> = {}): string => {
    const module = assemble({
      ...SIZES,
      functions: [{ type: 3, code: [code] }],
      exports: [],
      types: [...SIZES.types!, { takes: [], gives: [] }],
      ...parts,
    });
    try {
      instrumentStores(exportState(module));
      return "none";
    } catch (error) {
      expect(error).toMatchObject({ name: "StandinTypeError" });
      const { code: name, message } = error as Error & { code: string };
      return `${name}: ${message}`;
    }
  };

  test("store instrumentation: an imported memory, data at a computed address", () => {
    const importing = assemble({ imports: [{ name: "m", description: [2, 0, 1] }] });
    expect(() => instrumentStores(exportState(importing))).toThrow("got one that is imported");
    const parts = {
      imports: [{ name: "base", description: [3, I32, 0] }],
      data: [{ address: [op.globalGet(0)], bytes: [1] }],
    };
    expect(refusal([], parts)).toMatch(/^WASM_UNSUPPORTED: expected data at a constant address/);
  });

  test("store instrumentation: a module that is not valid", () => {
    expect(refusal([0x6a])).toMatch(/^WASM_MALFORMED: expected a valid module/);
    expect(refusal([0x20, 9, 0x1a])).toMatch(/^WASM_MALFORMED/);
  });

  test("store instrumentation: an exception, a tail call", () => {
    expect(refusal([0x06, 0x40, 0x0b])).toMatch(
      /^WASM_UNSUPPORTED: .* got opcode 0x06 at byte \d+$/,
    );
    const atomic = refusal([0xfe, 3, 0]);
    expect(atomic).toMatch(/^WASM_UNSUPPORTED: .* got opcode 0xfe at byte \d+$/);
  });
});

test("store instrumentation: asking again gives the same, and a defect something else", () => {
  const binary = WasmBinary.compile(assemble(SIZES));
  expect(binary.mapBytes).toBe(0);
  const instrumented = binary.instrumented();
  expect(binary.instrumented()).toBe(instrumented);
  expect(instrumented.instrumented()).toBe(instrumented);
  expect(instrumented.mapBytes).toBe(MAP_BYTES);
  const broken = binary.instrumented({ firstPageOnly: true });
  expect(broken.reachable.bytes).not.toEqual(instrumented.reachable.bytes);
});

test("store instrumentation: the defect that marks the first page only is noticed", () => {
  const pair = new MarkedPair(assemble(SIZES), {}, { firstPageOnly: true });
  pair.call("store", PAGE - 4, -1);
  expect(pair.takeMarks()).toEqual([0]);
  const before = pair.memory.slice();
  pair.call("store", PAGE - 1, -1);
  expect(differingPages(before, pair.memory)).toEqual([1]);
  expect(pair.takeMarks()).toEqual([0]);
});

describe("instruction reader: what is not on the first memory is refused with its place", () => {
  test.each([
    ["a load from another memory", [0x28, 0x42, 1, 0], "0x28"],
    ["the size of another", [0x3f, 1], "0x3f"],
    ["a copy to another", [0xfc, 10, 1, 0], "0xfc 0a"],
    ["a copy from another", [0xfc, 10, 0, 1], "0xfc 0a"],
    ["data for another", [0xfc, 8, 0, 1], "0xfc 08"],
    ["a table instruction that is not known", [0xfc, 18, 0], "0xfc 12"],
    ["a relaxed vector instruction", [0xfd, 0x80, 2], "0xfd 100"],
    ["a store of another", [0x01, 0x36, 0x42, 1, 0], "0x36"],
  ])("%s", (_name, bytes, opcode) => {
    const instruction = new WasmInstructionReader(new WasmBinaryReader(Uint8Array.from(bytes)));
    const start = bytes[0] === 0x01 ? 1 : 0;
    if (start === 1) instruction.next();
    expect(() => instruction.next()).toThrow(`got opcode ${opcode} at byte ${start}`);
  });

  test("instruction reader: types of blocks, by value and by number", () => {
    const first = (...bytes: number[]): number => {
      const reader = new WasmBinaryReader(Uint8Array.from([0x02, ...bytes]));
      const instruction = new WasmInstructionReader(reader);
      instruction.next();
      expect(reader.done).toBe(true);
      return instruction.first;
    };
    expect([first(0x40), first(I32), first(V128), first(5)]).toEqual([-1, -2, -2, 5]);
    expect([first(0x80, 1), first(0xff, 0xff, 3)]).toEqual([128, 65_535]);
    expect(() => first(0x64, 0x70)).toThrow("got type 0x64");
  });
});

test("binary writer: integers are read again as they were written, in the shortest form", () => {
  const values = [0, 1, 63, 64, 127, 128, 8_191, 8_192, 1 << 20, 0x7fff_ffff];
  for (const value of [...values, ...values.map((each) => -each - 1)]) {
    const writer = new WasmBinaryWriter().s32(value).u32(value >>> 0);
    const reader = new WasmBinaryReader(writer.written);
    expect([reader.s32(), reader.u32(), reader.done]).toEqual([value, value >>> 0, true]);
  }
  expect([...new WasmBinaryWriter().s32(-64).s32(64).u32(127).written]).toEqual([
    0x40, 0xc0, 0, 127,
  ]);
  const long = new WasmBinaryWriter();
  for (let at = 0; at < 1_000; at += 1) long.byte(at & 0xff).bytes(Uint8Array.of(1, 2, 3));
  expect(long.length).toBe(4_000);
  expect(long.written[3_996]).toBe(999 & 0xff);
  long.clear();
  expect(long.written).toHaveLength(0);
});
