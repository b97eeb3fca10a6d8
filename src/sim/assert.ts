import { InvariantError } from "./errors.ts";

/**
 * Checks what must hold if the library is right. Assertions stay on in every run: give `message` as
 * a plain string, so that an assertion that holds costs one comparison.
 *
 * @throws InvariantError if `condition` is false.
 */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}
