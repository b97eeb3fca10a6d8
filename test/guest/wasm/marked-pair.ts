import type { StoreMarkDefects } from "../../../src/guest/wasm/code-instrumenter.ts";
import { MAP_BYTES } from "../../../src/guest/wasm/store-map.ts";
import type { WasmImports } from "../../../src/guest/wasm/wasm-binary.ts";
import { WasmBinary } from "../../../src/guest/wasm/wasm-binary.ts";

const PAGE = 4_096;

const NO_MARKS = new Uint8Array(MAP_BYTES);

/** What a call came to: what it returned, or the message of its trap. */
type Outcome = { readonly returned: unknown } | { readonly trapped: string };

/** The same program twice, as it is and with marks, to be called in the same way. */
export class MarkedPair {
  readonly #plain: Instance;
  readonly #marked: Instance;
  readonly #mapBytes: number;
  readonly #code: Uint8Array;

  constructor(bytes: Uint8Array, imports: WasmImports = {}, broken?: StoreMarkDefects) {
    const binary = WasmBinary.compile(bytes);
    const instrumented = binary.instrumented(broken);
    this.#plain = new Instance(binary, imports);
    this.#marked = new Instance(instrumented, imports);
    this.#mapBytes = instrumented.mapBytes;
    this.#code = instrumented.reachable.bytes;
    this.takeMarks();
  }

  /** How many places in the code set a mark: a constant 1 stored to where marks are. */
  get markStores(): number {
    const code = Buffer.from(this.#code);
    const mark = Buffer.from([0x41, 1, 0x3a, 0, 0]);
    let count = 0;
    for (let at = code.indexOf(mark); at >= 0; at = code.indexOf(mark, at + 1)) count += 1;
    return count;
  }

  /** The program's memory; throws if the two differ. */
  get memory(): Uint8Array {
    const bytes = this.#plain.bytes;
    const same = Buffer.compare(bytes, this.#marked.bytes.subarray(this.#mapBytes)) === 0;
    if (!same) throw new Error("the two programs have done different things to their memory");
    return bytes;
  }

  /** Calls a function of both; throws if they do not come to the same. */
  call(name: string, ...operands: unknown[]): Outcome {
    const [plain, marked] = [this.#plain, this.#marked].map((at) => at.call(name, operands));
    if (JSON.stringify(plain) !== JSON.stringify(marked)) {
      throw new Error(`expected ${JSON.stringify(plain)}, got ${JSON.stringify(marked)}`);
    }
    return plain!;
  }

  /** The pages that are marked, ascending; clears the marks. */
  takeMarks(): number[] {
    const map = this.#marked.bytes.subarray(0, this.#mapBytes);
    const pages: number[] = [];
    for (let at = map.indexOf(1); at >= 0; at = map.indexOf(1, at + 1)) {
      pages.push(at);
      map[at] = 0;
    }
    if (Buffer.compare(map, NO_MARKS) !== 0) throw new Error("a mark is 1");
    return pages;
  }

  /** Writes to both, without marks. */
  poke(address: number, bytes: Uint8Array): void {
    this.#plain.bytes.set(bytes, address);
    this.#marked.bytes.set(bytes, this.#mapBytes + address);
  }
}

class Instance {
  readonly #exports: Readonly<Record<string, unknown>>;
  readonly #memoryName: string;

  constructor(binary: WasmBinary, imports: WasmImports) {
    this.#exports = binary.instantiate(imports);
    this.#memoryName = binary.reachable.memoryName;
  }

  get bytes(): Uint8Array {
    return new Uint8Array((this.#exports[this.#memoryName] as WebAssembly.Memory).buffer);
  }

  call(name: string, operands: readonly unknown[]): Outcome {
    try {
      const called = this.#exports[name] as (...operands: unknown[]) => unknown;
      const returned = called(...operands);
      return { returned: typeof returned === "bigint" ? String(returned) : returned };
    } catch (thrown) {
      if (!(thrown instanceof WebAssembly.RuntimeError)) throw thrown;
      return { trapped: thrown.message };
    }
  }
}

/** The pages in which two copies of a memory differ; pages behind the first are zero in it. */
export function differingPages(before: Uint8Array, after: Uint8Array): number[] {
  const zero = new Uint8Array(PAGE);
  const pages: number[] = [];
  for (let address = 0; address < after.length; address += PAGE) {
    const old = address < before.length ? before.subarray(address, address + PAGE) : zero;
    if (Buffer.compare(old, after.subarray(address, address + PAGE)) !== 0) {
      pages.push(address / PAGE);
    }
  }
  return pages;
}

/** The pages of a range of bytes. */
export function pagesOf(address: number, sizeBytes: number): number[] {
  if (sizeBytes === 0) return [];
  const first = Math.floor(address / PAGE);
  const last = Math.floor((address + sizeBytes - 1) / PAGE);
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}
