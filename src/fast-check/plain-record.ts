import { type Arbitrary, record } from "fast-check";

/**
 * Objects with a drawn value for each field. Those that are not required are left out at times, and
 * when shrunk. Unlike those of `record` they are plain in every version of fast-check: the failing
 * example that it prints can be pasted.
 *
 * @param required Names of the fields that are always there. Default all.
 */
export function plainRecord<T extends object, Key extends keyof T = keyof T>(
  fields: { [Name in keyof T]: Arbitrary<T[Name]> },
  required: readonly Key[] = Object.keys(fields) as Key[],
): Arbitrary<Partial<T> & Pick<T, Key>> {
  const drawn = record<T, Key>(fields, { requiredKeys: [...required] });
  return drawn.map((each) => ({ ...each }) as Partial<T> & Pick<T, Key>);
}
