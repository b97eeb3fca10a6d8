import { StandinTypeError } from "../../sim/errors.ts";
import type { StoreMarkDefects } from "./code-instrumenter.ts";
import { type ExportStateOptions, exportState, type ReachableModule } from "./export-rewriter.ts";
import { instrumentStores } from "./store-instrumentation.ts";

/** Functions that a module imports, by module and name; their operands are numbers and bigints. */
export type WasmImports = Record<string, Record<string, (...operands: never[]) => unknown>>;

/** What a module imports or exports. */
export interface WasmImportName {
  readonly module: string;
  readonly name: string;
  readonly kind: string;
}

/**
 * A WebAssembly module that can be instantiated any number of times: rewritten so that all its state
 * can be reached, and compiled once.
 */
export class WasmBinary {
  /** How the state is exported. */
  readonly reachable: ReachableModule;
  /** Bytes of the marks in front of the program's memory; 0 for a program that sets none. */
  readonly mapBytes: number;
  readonly #module: WebAssembly.Module;
  #instrumented: WasmBinary | undefined;

  private constructor(reachable: ReachableModule, mapBytes: number) {
    this.reachable = reachable;
    this.mapBytes = mapBytes;
    try {
      this.#module = new WebAssembly.Module(reachable.bytes as Uint8Array<ArrayBuffer>);
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      throw new StandinTypeError("WASM_MALFORMED", `expected a valid module, got: ${reason}`);
    }
  }

  /**
   * Rewrites and compiles a module.
   *
   * @param bytes The module's binary; the caller keeps it.
   * @throws StandinTypeError `WASM_MALFORMED` or `WASM_UNSUPPORTED`, StandinRangeError `WASM_MEMORY`, as
   *   {@link exportState} does.
   */
  static compile(bytes: Uint8Array, options: ExportStateOptions = {}): WasmBinary {
    return new WasmBinary(exportState(bytes, options), 0);
  }

  /**
   * The same program with a mark set by each store, see {@link instrumentStores}. Made once; asking
   * again gives the same.
   *
   * @param broken Parts broken on purpose, to show that the checks notice; made anew each time.
   * @throws StandinTypeError `WASM_UNSUPPORTED` for a program that is not understood.
   */
  instrumented(broken?: StoreMarkDefects): WasmBinary {
    if (broken !== undefined) return this.#instrument(broken);
    this.#instrumented ??= this.mapBytes > 0 ? this : this.#instrument({});
    return this.#instrumented;
  }

  /** What the module wants to be given. */
  get imports(): readonly WasmImportName[] {
    return WebAssembly.Module.imports(this.#module);
  }

  /** Makes a new instance, which runs the module's start function; nothing is shared with others. */
  instantiate(imports: WasmImports): Readonly<Record<string, unknown>> {
    return new WebAssembly.Instance(this.#module, imports).exports;
  }

  #instrument(broken: StoreMarkDefects): WasmBinary {
    const module = instrumentStores(this.reachable, broken);
    return new WasmBinary(module, module.mapBytes);
  }
}
