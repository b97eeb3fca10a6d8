import { Arbitrary, type Random, Stream, Value } from "fast-check";

/**
 * Draws as another arbitrary does, and shrinks in steps of its own: to values that are simpler for
 * people, not only smaller.
 */
export class Simplified<T> extends Arbitrary<T> {
  readonly #drawn: Arbitrary<T>;
  readonly #simpler: (value: T) => readonly T[];

  /**
   * @param drawn Where values come from; how it shrinks does not matter.
   * @param simpler Simpler values than a given one, the simplest first; each step must come closer to
   *   a value that has none.
   */
  constructor(drawn: Arbitrary<T>, simpler: (value: T) => readonly T[]) {
    super();
    this.#drawn = drawn;
    this.#simpler = simpler;
  }

  override generate(random: Random, biasFactor: number | undefined): Value<T> {
    return new Value(this.#drawn.generate(random, biasFactor).value, undefined);
  }

  override canShrinkWithoutContext(value: unknown): value is T {
    return this.#drawn.canShrinkWithoutContext(value);
  }

  override shrink(value: T, _context?: unknown): Stream<Value<T>> {
    const simpler = this.#simpler(value).map((each) => new Value(each, undefined));
    return Stream.of(...simpler);
  }
}
