// The part of the WebAssembly interface that the project uses. The ECMAScript libraries of the compiler do
// not declare it, the DOM library does, and with it come globals that the library must not use.
// This file is not shipped: public signatures name structural types instead (`{ readonly buffer: ArrayBuffer }`).

declare namespace WebAssembly {
  type ImportExportKind = "function" | "global" | "memory" | "table" | "tag";

  interface ModuleExportDescriptor {
    readonly kind: ImportExportKind;
    readonly name: string;
  }

  interface ModuleImportDescriptor {
    readonly kind: ImportExportKind;
    readonly module: string;
    readonly name: string;
  }

  type BufferBytes = ArrayBuffer | ArrayBufferView<ArrayBuffer>;

  class Module {
    constructor(bytes: BufferBytes);
    static exports(module: Module): ModuleExportDescriptor[];
    static imports(module: Module): ModuleImportDescriptor[];
    static customSections(module: Module, sectionName: string): ArrayBuffer[];
  }

  class Memory {
    constructor(descriptor: { initial: number; maximum?: number; shared?: boolean });
    readonly buffer: ArrayBuffer;
    grow(delta: number): number;
  }

  type ValueType = "i32" | "i64" | "f32" | "f64" | "externref" | "funcref" | "v128";

  class Global<T = number | bigint> {
    constructor(descriptor: { value: ValueType; mutable?: boolean }, value?: T);
    value: T;
    valueOf(): T;
  }

  class Table {
    constructor(descriptor: {
      element: "anyfunc" | "externref";
      initial: number;
      maximum?: number;
    });
    readonly length: number;
    get(index: number): unknown;
    set(index: number, value?: unknown): void;
    grow(delta: number, value?: unknown): number;
  }

  type ExportValue = Function | Global | Memory | Table;
  type Exports = Record<string, ExportValue>;
  type ImportValue = Function | Global | Memory | Table | number | bigint;
  type Imports = Record<string, Record<string, ImportValue>>;

  class Instance {
    constructor(module: Module, imports?: Imports);
    readonly exports: Exports;
  }

  class CompileError extends Error {}
  class LinkError extends Error {}
  class RuntimeError extends Error {}

  function validate(bytes: BufferBytes): boolean;
}
