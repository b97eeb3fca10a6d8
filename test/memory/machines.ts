import { LinearBacking } from "../../src/memory/linear-backing.ts";
import { Memory, type MemoryOptions } from "../../src/memory/memory.ts";
import { SparseBacking } from "../../src/memory/sparse-backing.ts";

/** Pages from this one on belong to the WebAssembly memory of the machines below. */
export const WASM_BASE = 4_096;

/** One region of sparse memory from page 0 on. */
export function sparseMachine(pageCount: number, options: MemoryOptions = {}): Memory {
  const memory = new Memory(options);
  const backing = new SparseBacking(pageCount, pageCount * 2);
  memory.addRegion({ name: "ram", basePage: 0, backing, stores: "seen" });
  return memory;
}

/** Adds a WebAssembly memory of 16 pages that may grow to 64, as a region with unseen stores. */
export function addWasm(memory: Memory): WebAssembly.Memory {
  const linear = new WebAssembly.Memory({ initial: 1, maximum: 4 });
  const backing = LinearBacking.over(linear, { maxPages: 64 });
  memory.addRegion({ name: "wasm", basePage: WASM_BASE, backing, stores: "unseen" });
  return linear;
}
