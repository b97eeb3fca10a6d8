// covers src/guest/wasm/export-rewriter.ts, src/guest/wasm/module-outline.ts, src/guest/wasm/binary-reader.ts, src/guest/wasm/constant-expression.ts
import fc from "fast-check";
import { expect, test } from "vitest";
import { WasmBinaryReader } from "../../../src/guest/wasm/binary-reader.ts";
import { exportState } from "../../../src/guest/wasm/export-rewriter.ts";
import { outlineModule } from "../../../src/guest/wasm/module-outline.ts";
import { assemble, F32, F64, I32, I64, type ModuleParts, op, section, V128 } from "./assembler.ts";

const MEMORY = [1, 1, 3]; // at first one page, at most three
const TYPES = [{ takes: [], gives: [I32] }];

/** Keeps to itself: a memory, a table, and globals of every type. */
const secretive: ModuleParts = {
  types: TYPES,
  functions: [
    {
      type: 0,
      code: [op.globalGet(0), op.i32Const(1), op.i32Add, op.globalSet(0), op.globalGet(0)],
    },
  ],
  tables: [[0, 2]],
  memories: [MEMORY],
  globals: [
    { type: I32, mutable: true, first: [op.i32Const(-5)] },
    { type: I32, mutable: false, first: [op.i32Const(70_000)] },
    { type: I64, mutable: true, first: [op.i64Const(6)] },
    { type: F32, mutable: true, first: [op.f32Const(0.5)] },
    { type: F64, mutable: true, first: [op.f64Const(2.25)] },
  ],
  exports: [{ name: "next", kind: 0, index: 0 }],
  custom: "note",
};

function run(bytes: Uint8Array, imports: WebAssembly.Imports = {}): WebAssembly.Exports {
  return new WebAssembly.Instance(new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>), imports)
    .exports;
}

/** The code of the error that rewriting throws. */
function codeOf(bytes: Uint8Array): unknown {
  try {
    exportState(bytes);
    return "none";
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return (error as { code?: unknown }).code;
  }
}

test("export rewriter: hidden state is exported, and the module works as before", () => {
  const { bytes, globals, memory, memoryName, tableNames } = exportState(assemble(secretive));
  expect(globals).toEqual([
    { name: "standin:global:0", type: "i32", hidden: true },
    { name: "standin:global:2", type: "i64", hidden: true },
    { name: "standin:global:3", type: "f32", hidden: true },
    { name: "standin:global:4", type: "f64", hidden: true },
  ]);
  expect(memory).toEqual({ initialBytes: 65_536, maximumBytes: 3 * 65_536 });
  const exports = run(bytes);
  const values = globals.map(({ name }) => (exports[name] as WebAssembly.Global).value);
  expect(values).toEqual([-5, 6n, 0.5, 2.25]);
  expect(exports[memoryName]).toBeInstanceOf(WebAssembly.Memory);
  expect(tableNames.map((name) => exports[name])).toEqual([expect.any(WebAssembly.Table)]);
  const next = exports["next"] as () => number;
  expect([next(), next()]).toEqual([-4, -3]);
  expect((exports["standin:global:0"] as WebAssembly.Global).value).toBe(-3);
});

test("export rewriter: the rest of the binary is not changed", () => {
  const original = assemble(secretive);
  const { bytes } = exportState(original);
  const withoutExports = (module: Uint8Array): number[][] =>
    outlineModule(module)
      .sections.filter(({ id }) => id !== 7)
      .map(({ start, end }) => [...module.subarray(start, end)]);
  expect(withoutExports(bytes)).toEqual(withoutExports(original));
  expect(exportState(bytes).globals.every(({ hidden }) => !hidden)).toBe(true);
  expect(exportState(bytes).bytes).toEqual(bytes);
});

test("export rewriter: what is exported already keeps its name", () => {
  const { globals, memoryName } = exportState(
    assemble({
      ...secretive,
      exports: [
        { name: "stack", kind: 3, index: 0 },
        { name: "ram", kind: 2, index: 0 },
        { name: "standin:global:2", kind: 0, index: 0 },
      ],
    }),
  );
  expect(memoryName).toBe("ram");
  expect(globals[0]).toEqual({ name: "stack", type: "i32", hidden: false });
  expect(globals[1]).toEqual({ name: "standin:global:2'", type: "i64", hidden: true });
});

test("export rewriter: a module without exports gets them at their place", () => {
  for (const start of [undefined, 0]) {
    const parts: ModuleParts = {
      types: [{ takes: [], gives: [] }],
      functions: [{ type: 0, code: [] }],
      memories: [MEMORY],
      ...(start === undefined ? {} : { start }),
    };
    expect(run(exportState(assemble(parts)).bytes)["standin:memory"]).toBeDefined();
  }
  expect(run(exportState(assemble({ memories: [MEMORY] })).bytes)["standin:memory"]).toBeDefined();
});

test("export rewriter: imports are counted before the module's own", () => {
  const parts: ModuleParts = {
    types: TYPES,
    imports: [
      { name: "f", description: [0, 0] },
      { name: "t", description: [1, 0x70, 0, 1] },
      { name: "m", description: [2, 0, 1] },
      { name: "fixed", description: [3, I32, 0] },
      { name: "moving", description: [3, I32, 1] },
    ],
    tables: [[0, 3]],
    globals: [
      { type: I32, mutable: true, first: [op.globalGet(0)] },
      { type: I32, mutable: true, first: [op.i32Const(7)] },
    ],
  };
  const { bytes, globals, tableNames } = exportState(assemble(parts));
  expect(globals.map(({ name }) => name)).toEqual([1, 2, 3].map((n) => `standin:global:${n}`));
  expect(tableNames).toEqual(["standin:table:0", "standin:table:1"]);
  const moving = new WebAssembly.Global({ value: "i32", mutable: true }, 11);
  const exports = run(bytes, {
    host: {
      f: () => 0,
      t: new WebAssembly.Table({ element: "anyfunc", initial: 1 }),
      m: new WebAssembly.Memory({ initial: 1 }),
      fixed: 9,
      moving,
    },
  });
  const values = globals.map(({ name }) => (exports[name] as WebAssembly.Global).value);
  expect(values).toEqual([11, 9, 7]);
});

test("export rewriter: first values may be computed, where engines allow it", () => {
  const first = [op.i32Const(3), op.i32Const(-4), op.i32Add];
  const globals = [{ type: I32, mutable: true, first }];
  expect(exportState(assemble({ memories: [MEMORY], globals })).globals).toHaveLength(1);
});

test("export rewriter: a module can be made to begin with another size of memory", () => {
  for (const [limits, maximum] of [
    [MEMORY, 3],
    [[0, 2], undefined],
  ] as const) {
    const original = assemble({ ...secretive, memories: [limits] });
    const { bytes, memory, memoryName } = exportState(original, { initialMemoryBytes: 131_072 });
    expect(memory).toEqual({
      initialBytes: 131_072,
      maximumBytes: maximum && maximum * 65_536,
    });
    expect(outlineModule(bytes).memories).toEqual([memory]);
    expect((run(bytes)[memoryName] as WebAssembly.Memory).buffer.byteLength).toBe(131_072);
    for (const bad of [-65_536, 65_537, 4 * 65_536, Number.NaN]) {
      if (maximum === undefined && bad === 4 * 65_536) continue;
      expect(() => exportState(original, { initialMemoryBytes: bad })).toThrow(RangeError);
    }
  }
  const importing = assemble({ imports: [{ name: "m", description: [2, 0, 1] }] });
  expect(() => exportState(importing, { initialMemoryBytes: 65_536 })).toThrow(TypeError);
});

test("export rewriter: limits that no memory can have are refused", () => {
  for (const limits of [
    [1, 2, 1],
    [0, 0x81, 0x80, 0x04],
  ]) {
    expect(codeOf(assemble({ memories: [limits] }))).toBe("WASM_MALFORMED");
  }
});

test("export rewriter: state that cannot be copied is refused", () => {
  const vector = { type: V128, mutable: true, first: [0xfd, 12, new Array<number>(16).fill(0)] };
  const reference = { type: 0x70, mutable: true, first: [0xd0, 0x70] };
  for (const parts of [
    { ...secretive, memories: [] },
    { ...secretive, memories: [MEMORY, MEMORY] },
    { ...secretive, memories: [[3, 1, 1]] }, // shared
    { ...secretive, memories: [[4, 1]] }, // 64-bit
    { ...secretive, globals: [vector] },
    { ...secretive, globals: [reference] },
  ]) {
    expect(codeOf(assemble(parts))).toBe("WASM_UNSUPPORTED");
  }
  for (const kept of [vector, reference]) {
    const parts = {
      ...secretive,
      functions: [],
      exports: [],
      globals: [{ ...kept, mutable: false }],
    };
    expect(codeOf(assemble(parts))).toBe("none");
  }
});

test("export rewriter: a binary cut anywhere is refused, or is a module without its end", () => {
  const whole = assemble(secretive);
  const { sections } = outlineModule(whole);
  const ends = new Set([8, ...sections.map(({ end }) => end)]);
  for (let length = 0; length < whole.length; length += 1) {
    const code = codeOf(whole.subarray(0, length));
    if (ends.has(length)) expect(["none", "WASM_UNSUPPORTED"]).toContain(code);
    else expect(code).toBe("WASM_MALFORMED");
  }
});

test("export rewriter: any damage gives a clear error or a module, never anything else", () => {
  const whole = assemble(secretive);
  fc.assert(
    fc.property(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 }), (at, value) => {
      const damaged = whole.slice();
      damaged[at] = value;
      expect(["none", "WASM_MALFORMED", "WASM_UNSUPPORTED"]).toContain(codeOf(damaged));
    }),
    { numRuns: 3_000 },
  );
});

test("export rewriter: errors say what is wrong and where", () => {
  const header = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  const message = (bytes: readonly number[]): string => {
    try {
      exportState(Uint8Array.from(bytes));
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(message([1, 2, 3, 4])).toContain("no magic number and version 1 at byte 1");
  expect(message([...header, ...section(99, [])])).toContain("section 99 at byte 10");
  expect(message([...header, ...section(7, [0]), ...section(5, [0])])).toContain("out of order");
  expect(message([...header, 5, 200, 1, 0])).toContain("go past the end");
  expect(message([...header, ...section(5, [1, 0, 1, 7])])).toContain("behind a section's last");
  expect(message([...header, ...section(5, [0xff, 0xff, 0xff, 0xff, 0x7f])])).toContain(
    "too large",
  );
  expect(message([...header, ...section(5, [0x80, 0x80, 0x80, 0x80, 0x80, 0])])).toContain(
    "too long",
  );
  expect(message([...header, ...section(6, [1, I32, 1, 0x99, op.end])])).toContain("opcode 153");
  expect(message([...header, ...section(2, [1, 0, 0, 9])])).toContain("an import of kind 9");
});

test("binary reader: integers of LEB128", () => {
  const u32 = (...bytes: number[]): number => new WasmBinaryReader(Uint8Array.from(bytes)).u32();
  expect(u32(0)).toBe(0);
  expect(u32(0xe5, 0x8e, 0x26)).toBe(624_485);
  expect(u32(0xff, 0xff, 0xff, 0xff, 0x0f)).toBe(0xffff_ffff);
  expect(() => u32(0xff, 0xff, 0xff, 0xff, 0x10)).toThrow("too large");
  expect(() => u32(0x80)).toThrow("an end too soon");
});
