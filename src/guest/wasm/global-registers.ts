import { StandinRangeError } from "../../sim/errors.ts";
import type { ReachableGlobal } from "./export-rewriter.ts";

/** Every value takes eight bytes. */
const VALUE_BYTES = 8;

type GlobalValue = { value: number | bigint };

/**
 * The mutable globals of an instance as bytes, eight for each, little endian, in the order of the
 * module: the registers of a WebAssembly machine.
 */
export class GlobalRegisters {
  readonly sizeBytes: number;
  readonly #cells: readonly { readonly outline: ReachableGlobal; readonly global: GlobalValue }[];

  /** @param exports What the instance exports, under the names that `globals` gives. */
  constructor(globals: readonly ReachableGlobal[], exports: Readonly<Record<string, unknown>>) {
    this.#cells = globals.map((outline) => ({
      outline,
      global: exports[outline.name] as GlobalValue,
    }));
    this.sizeBytes = globals.length * VALUE_BYTES;
  }

  /** A copy of all values. */
  save(): Uint8Array {
    const bytes = new Uint8Array(this.sizeBytes);
    const view = new DataView(bytes.buffer);
    for (const [index, { outline, global }] of this.#cells.entries()) {
      const offset = index * VALUE_BYTES;
      const { value } = global;
      if (outline.type === "i64") view.setBigInt64(offset, value as bigint, true);
      else if (outline.type === "i32") view.setInt32(offset, value as number, true);
      else if (outline.type === "f64") view.setFloat64(offset, value as number, true);
      else view.setFloat32(offset, value as number, true);
    }
    return bytes;
  }

  /** @throws StandinRangeError `GUEST_REGISTERS` for bytes that {@link GlobalRegisters.load} refuses. */
  check(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.length !== this.sizeBytes) {
      throw new StandinRangeError(
        "GUEST_REGISTERS",
        `expected ${this.#cells.length} globals of 8 bytes, got ${bytes.length} bytes`,
      );
    }
    for (const [index, { outline }] of this.#cells.entries()) {
      const narrow = outline.type === "i32" || outline.type === "f32";
      if (narrow && view.getUint32(index * VALUE_BYTES + 4, true) !== 0) {
        throw new StandinRangeError(
          "GUEST_REGISTERS",
          `expected zeros behind the 32 bits of global ${outline.name}, got something else`,
        );
      }
    }
  }

  /** Assigns all values from bytes that were checked. */
  load(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (const [index, { outline, global }] of this.#cells.entries()) {
      const offset = index * VALUE_BYTES;
      if (outline.type === "i64") global.value = view.getBigInt64(offset, true);
      else if (outline.type === "i32") global.value = view.getInt32(offset, true);
      else if (outline.type === "f64") global.value = view.getFloat64(offset, true);
      else global.value = view.getFloat32(offset, true);
    }
  }
}
