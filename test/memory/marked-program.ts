import type { StoreMarkDefects } from "../../src/guest/wasm/code-instrumenter.ts";
import { WasmBinary } from "../../src/guest/wasm/wasm-binary.ts";
import type { MovableBytes } from "../../src/memory/linear-backing.ts";
import { MarkedBacking } from "../../src/memory/marked-backing.ts";
import { assemble, I32, I64, op } from "../guest/wasm/assembler.ts";

const TYPES = [
  { takes: [I32, I32], gives: [] },
  { takes: [I32, I64], gives: [] },
  { takes: [I32, I32, I32], gives: [] },
  { takes: [I32], gives: [I32] },
];

const FUNCTIONS = [
  { name: "i32.store8", type: 0, code: [op.localGet(0), op.localGet(1), [0x3a, 0, 0]] },
  { name: "i32.store16", type: 0, code: [op.localGet(0), op.localGet(1), [0x3b, 0, 0]] },
  { name: "i32.store", type: 0, code: [op.localGet(0), op.localGet(1), [0x36, 0, 0]] },
  { name: "i64.store", type: 1, code: [op.localGet(0), op.localGet(1), [0x37, 0, 0]] },
  {
    name: "memory.fill",
    type: 2,
    code: [op.localGet(0), op.localGet(1), op.localGet(2), [0xfc, 11, 0]],
  },
  { name: "grow", type: 3, code: [op.localGet(0), op.memoryGrow] },
] as const;

const binary = WasmBinary.compile(
  assemble({
    types: TYPES,
    functions: FUNCTIONS.map(({ type, code }) => ({ type, code })),
    memories: [[1, 1, 4]],
    exports: FUNCTIONS.map(({ name }, index) => ({ name, kind: 0, index })),
  }),
);

/** A program with marks, its memory of 16 pages, which may grow to 64, as a backing. */
export interface MarkedProgram {
  readonly backing: MarkedBacking;
  readonly functions: Readonly<Record<string, (...operands: (number | bigint)[]) => number>>;
}

/** Makes one; none shares anything with another. */
export function markedProgram(broken?: StoreMarkDefects): MarkedProgram {
  const instrumented = binary.instrumented(broken);
  const exports = instrumented.instantiate({});
  const linear = exports[instrumented.reachable.memoryName] as MovableBytes;
  const { mapBytes } = instrumented;
  return {
    backing: new MarkedBacking(linear, { mapBytes, maxPages: 64 }),
    functions: exports as MarkedProgram["functions"],
  };
}
