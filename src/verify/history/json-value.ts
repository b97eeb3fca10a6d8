import { StandinTypeError } from "../../sim/errors.ts";

/** Anything that JSON can say. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** Arrays and objects inside one another, at most: recursion over a value is bounded by it. */
export const VALUE_DEPTH_MAX = 32;

/** Characters of a value that a message shows before it is cut. */
const SHOWN_CHARS_MAX = 60;

function isPlainObject(value: object): value is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function kindOf(value: unknown): string {
  if (typeof value === "object" && value !== null) return "an object of a class";
  if (typeof value === "number") return String(value);
  return value === undefined ? "undefined" : `a ${typeof value}`;
}

/**
 * What keeps a value from being JSON of bounded depth, for a message ("a function"); `undefined` if
 * nothing does. Properties that are `undefined` do not count: JSON leaves them out.
 */
export function jsonFault(value: unknown, depth = 0): string | undefined {
  if (value === null || typeof value === "string" || typeof value === "boolean") return undefined;
  if (typeof value === "number") return Number.isFinite(value) ? undefined : String(value);
  if (typeof value !== "object") return kindOf(value);
  if (depth >= VALUE_DEPTH_MAX) return `more than ${VALUE_DEPTH_MAX} levels of nesting`;
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[]) {
      const fault = jsonFault(item, depth + 1);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }
  if (!isPlainObject(value)) return kindOf(value);
  for (const name of Object.keys(value)) {
    const item = value[name];
    const fault = item === undefined ? undefined : jsonFault(item, depth + 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** Text that JSON writes as it is: most names and values of a history, and they are many. */
const PLAIN_TEXT = /^\w*$/;

function quote(text: string): string {
  return PLAIN_TEXT.test(text) ? `"${text}"` : JSON.stringify(text);
}

function write(value: unknown): string {
  if (typeof value === "string") return quote(value);
  if (typeof value !== "object" || value === null) return String(value === 0 ? 0 : value);
  if (Array.isArray(value)) return `[${(value as readonly unknown[]).map(write).join(",")}]`;
  let text = "";
  const fields = value as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(fields).sort()) {
    const item = fields[name];
    if (item === undefined) continue;
    text += `${text === "" ? "" : ","}${quote(name)}:${write(item)}`;
  }
  return `{${text}}`;
}

/**
 * JSON text with the names of every object in order and no spaces: two values are equal exactly if
 * their texts are. `-0` counts as `0`.
 *
 * @throws StandinTypeError `JSON_VALUE` for what is not plain JSON data, or nested more than
 *   {@link VALUE_DEPTH_MAX} levels.
 */
export function canonicalText(value: unknown): string {
  const fault = jsonFault(value);
  if (fault !== undefined) {
    throw new StandinTypeError("JSON_VALUE", `expected plain JSON data, got ${fault}`);
  }
  return write(value);
}

/** A value as a message shows it: canonical JSON, cut when long; whatever it is, it can be shown. */
export function showValue(value: unknown): string {
  const fault = jsonFault(value);
  const text = fault ?? write(value);
  return text.length <= SHOWN_CHARS_MAX ? text : `${text.slice(0, SHOWN_CHARS_MAX)}...`;
}
