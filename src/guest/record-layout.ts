import type { Memory } from "../memory/memory.ts";
import { assert } from "../sim/assert.ts";
import { StandinTypeError } from "../sim/errors.ts";
import { GuestPanic } from "./guest-panic.ts";
import type { ArrayField, BytesField, Field, NumberField } from "./record-field.ts";

/**
 * Records in guest memory, read and written as if they were objects.
 *
 * ```ts
 * const Account = recordLayout({ owner: u32, open: u8, name: bytes(16), balance: u64 });
 * const account = Account.at(memory, 0x1000);
 * account.balance += 5; // a load and a store of the guest's processor
 * account.address += Account.sizeBytes; // the next record of an array
 * ```
 *
 * Nothing is cached: every access is a load or a store, so the state lies in memory alone. Fields are
 * aligned to their own size and little endian.
 */

/** A field of `bytes(n)` in memory. */
export interface BytesView {
  readonly sizeBytes: number;
  /** Address of the first byte. */
  readonly address: number;
  /** A copy of the first `length` bytes; of all of them by default. */
  read(length?: number): Uint8Array;
  /** Writes from the field's first byte on; bytes behind the given ones keep their values. */
  write(source: Uint8Array): void;
}

/** A field of `array(item, n)` in memory. */
export interface ArrayView {
  readonly count: number;
  get(index: number): number;
  set(index: number, value: number): void;
}

/** The fields of a record: integers are read and assigned, the others have methods. */
export type RecordFields<F extends Readonly<Record<string, Field>>> = {
  -readonly [Name in keyof F as F[Name] extends NumberField ? Name : never]: number;
} & {
  readonly [Name in keyof F as F[Name] extends NumberField
    ? never
    : Name]: F[Name] extends BytesField ? BytesView : ArrayView;
};

/** A record at an address. Assigning the address moves the view, so that one serves a whole table. */
export type RecordView<F extends Readonly<Record<string, Field>>> = RecordFields<F> & {
  address: number;
};

/** Where the fields of a record lie. */
export interface RecordLayout<F extends Readonly<Record<string, Field>>> {
  /** Bytes of a record, a multiple of {@link RecordLayout.alignment}: records of an array follow each other. */
  readonly sizeBytes: number;
  /** Largest alignment of a field; an address must be a multiple of it. */
  readonly alignment: number;
  /** Offset of each field from the record's address. */
  readonly offsets: { readonly [Name in keyof F]: number };
  /** A view of the record at an address of a guest's memory. */
  at(memory: Memory, address: number): RecordView<F>;
}

const ABOVE_32_BITS = 0x1_0000_0000;
const HIGH_WORD_MAX = 0x1f_ffff;

/** Largest value of a field, by its size in bytes. */
const FIELD_MAX: Readonly<Record<number, number>> = {
  1: 0xff,
  2: 0xffff,
  4: 0xffff_ffff,
  8: Number.MAX_SAFE_INTEGER,
};

function load(memory: Memory, address: number, sizeBytes: number): number {
  if (sizeBytes === 4) return memory.load32(address);
  if (sizeBytes === 1) return memory.load8(address);
  if (sizeBytes === 2) return memory.load16(address);
  const high = memory.load32(address + 4);
  if (high > HIGH_WORD_MAX) throw new GuestPanic(`integer above 2^53 at address ${address}`);
  return high * ABOVE_32_BITS + memory.load32(address);
}

function store(memory: Memory, address: number, sizeBytes: number, value: number): void {
  const most = FIELD_MAX[sizeBytes]!;
  assert(Number.isInteger(value) && value >= 0 && value <= most, "a value that fits its field");
  if (sizeBytes === 4) memory.store32(address, value);
  else if (sizeBytes === 1) memory.store8(address, value);
  else if (sizeBytes === 2) memory.store16(address, value);
  else {
    memory.store32(address, value % ABOVE_32_BITS);
    memory.store32(address + 4, Math.floor(value / ABOVE_32_BITS));
  }
}

/** What the views of one layout share; each layout derives a class with its fields from it. */
class PlacedRecord {
  readonly memory: Memory;
  readonly alignment: number;
  #address = 0;

  constructor(memory: Memory, alignment: number, address: number) {
    this.memory = memory;
    this.alignment = alignment;
    this.address = address;
  }

  get address(): number {
    return this.#address;
  }

  set address(value: number) {
    assert(Number.isSafeInteger(value) && value >= 0, "an address is a whole number");
    assert(value % this.alignment === 0, "a record lies at a multiple of its alignment");
    this.#address = value;
  }
}

function bytesView(record: PlacedRecord, offset: number, sizeBytes: number): BytesView {
  return {
    sizeBytes,
    get address() {
      return record.address + offset;
    },
    read(length = sizeBytes) {
      assert(length >= 0 && length <= sizeBytes, "a read stays inside its field");
      return record.memory.read(record.address + offset, length);
    },
    write(source) {
      assert(source.length <= sizeBytes, "a write stays inside its field");
      record.memory.write(record.address + offset, source);
    },
  };
}

function arrayView(record: PlacedRecord, offset: number, field: ArrayField): ArrayView {
  const { item, count } = field;
  const addressOf = (index: number): number => {
    assert(Number.isInteger(index) && index >= 0 && index < count, "an index inside the array");
    return record.address + offset + index * item.sizeBytes;
  };
  return {
    count,
    get: (index) => load(record.memory, addressOf(index), item.sizeBytes),
    set: (index, value) => store(record.memory, addressOf(index), item.sizeBytes, value),
  };
}

function accessor(field: Field, offset: number): PropertyDescriptor & ThisType<PlacedRecord> {
  const { kind, sizeBytes } = field;
  if (kind === "bytes") {
    return {
      get() {
        return bytesView(this, offset, sizeBytes);
      },
    };
  }
  if (kind === "array") {
    return {
      get() {
        return arrayView(this, offset, field);
      },
    };
  }
  return {
    get() {
      return load(this.memory, this.address + offset, sizeBytes);
    },
    set(value: number) {
      store(this.memory, this.address + offset, sizeBytes, value);
    },
  };
}

function alignmentOf(field: Field): number {
  if (field.kind === "bytes") return 1;
  return field.kind === "array" ? field.item.sizeBytes : field.sizeBytes;
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

/** Names that a view needs for itself. */
const RESERVED = new Set(["address", "memory", "alignment", "constructor"]);

/**
 * Lays out fields in the given order.
 *
 * @throws StandinTypeError `RECORD_FIELD` for a name that views need for themselves (`address`, …).
 */
export function recordLayout<const F extends Readonly<Record<string, Field>>>(
  fields: F,
): RecordLayout<F> {
  class FieldsRecord extends PlacedRecord {}
  const offsets: Record<string, number> = {};
  let end = 0;
  let alignment = 1;
  for (const [name, field] of Object.entries(fields)) {
    if (RESERVED.has(name)) {
      throw new StandinTypeError("RECORD_FIELD", `expected a name of the program's, got "${name}"`);
    }
    const fieldAlignment = alignmentOf(field);
    const offset = roundUp(end, fieldAlignment);
    offsets[name] = offset;
    end = offset + field.sizeBytes;
    alignment = Math.max(alignment, fieldAlignment);
    Object.defineProperty(FieldsRecord.prototype, name, accessor(field, offset));
  }
  const finalAlignment = alignment;
  return {
    sizeBytes: roundUp(end, alignment),
    alignment,
    offsets: offsets as RecordLayout<F>["offsets"],
    at: (memory, address) =>
      // the prototype has one accessor for each field of F
      new FieldsRecord(memory, finalAlignment, address) as unknown as RecordView<F>,
  };
}
