import { StandinRangeError } from "../sim/errors.ts";

/** An integer of one, two, four or eight bytes. */
export interface NumberField {
  readonly kind: "number";
  readonly sizeBytes: 1 | 2 | 4 | 8;
}

/** A run of bytes. */
export interface BytesField {
  readonly kind: "bytes";
  readonly sizeBytes: number;
}

/** Integers of one size. */
export interface ArrayField {
  readonly kind: "array";
  readonly item: NumberField;
  readonly count: number;
  readonly sizeBytes: number;
}

/** One field of a record: {@link u8} to {@link u64}, {@link bytes} or {@link array}. */
export type Field = NumberField | BytesField | ArrayField;

/** An integer from 0 to 255. */
export const u8: NumberField = { kind: "number", sizeBytes: 1 };
/** An integer from 0 to 65,535. */
export const u16: NumberField = { kind: "number", sizeBytes: 2 };
/** An integer from 0 to 2^32 - 1. */
export const u32: NumberField = { kind: "number", sizeBytes: 4 };
/** An integer from 0 to 2^53 - 1 in eight bytes. Reading a larger one is a `GuestPanic`. */
export const u64: NumberField = { kind: "number", sizeBytes: 8 };

/** Most bytes or items of one field. */
const FIELD_LENGTH_MAX = 1 << 24;

function checkLength(what: string, length: number): void {
  if (Number.isInteger(length) && length >= 1 && length <= FIELD_LENGTH_MAX) return;
  throw new StandinRangeError(
    "RECORD_FIELD",
    `expected ${what} from 1 to ${FIELD_LENGTH_MAX}, got ${length}`,
  );
}

/**
 * A run of bytes, not aligned.
 *
 * @throws StandinRangeError `RECORD_FIELD` unless `sizeBytes` is from 1 to 2^24.
 */
export function bytes(sizeBytes: number): BytesField {
  checkLength("a length in bytes", sizeBytes);
  return { kind: "bytes", sizeBytes };
}

/**
 * A fixed number of integers of one size.
 *
 * @throws StandinRangeError `RECORD_FIELD` unless `count` is from 1 to 2^24.
 */
export function array(item: NumberField, count: number): ArrayField {
  checkLength("a count of items", count);
  return { kind: "array", item, count, sizeBytes: item.sizeBytes * count };
}
