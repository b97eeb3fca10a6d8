import type { BitsPerSecond } from "../../host/bandwidth.ts";
import { StandinTypeError } from "../../sim/errors.ts";
import { expectWhole } from "../../sim/expect-whole.ts";
import { Signal } from "../../sim/signal.ts";
import { PostCopySource } from "./post-copy-source.ts";
import { PostCopyTarget } from "./post-copy-target.ts";
import type { MigrationDefects, MigrationWay } from "./way.ts";

/** Settings of {@link postCopy}. */
export interface PostCopyOptions {
  /**
   * How fast pages are sent that nobody waits for. Default as fast as they go; slower leaves room for others
   * on the link, and the machine needs both hosts for longer.
   */
  readonly push?: BitsPerSecond;
  /** Parts broken on purpose; never set otherwise. */
  readonly broken?: MigrationDefects;
}

/**
 * Moves a machine before its memory: it stops for its registers only and goes on at the target, which fetches
 * the pages that it touches and is sent the others. Each page travels once. The price: until the last has
 * come the machine needs both hosts, and the loss of either loses it.
 *
 * Source: Hines and Gopalan, VEE'09.
 *
 * @throws StandinRangeError `MIGRATION_OPTION`.
 */
export function postCopy(options: PostCopyOptions = {}): MigrationWay {
  const { push = Number.POSITIVE_INFINITY, broken = {} } = options;
  if (push !== Number.POSITIVE_INFINITY) expectWhole("MIGRATION_OPTION", "push", push, 1);
  return {
    name: "post-copy",
    expect(guest, image) {
      const unseen = guest.memory.regions.find(
        ({ stores, backing }) => stores !== "seen" || backing.movable,
      );
      if (unseen === undefined) return;
      throw new StandinTypeError(
        "PART_NEEDS",
        `migration "post-copy" needs a machine whose every load and store can be stopped for a page, and those of "${image}" to its region "${unseen.name}" are not seen`,
      );
    },
    begin(parties) {
      const { engine, machine, from } = parties;
      const ready = new Signal(engine, `${machine} on ${from.name}: may be stopped`);
      let source: PostCopySource | undefined;
      return {
        ready,
        scheme: {
          name: "post-copy",
          primary: (side) => {
            source = new PostCopySource(side, parties, { ready, push });
            return source;
          },
          secondary: (side) => new PostCopyTarget(side, parties, broken),
        },
        *afterwards(vm) {
          yield* source?.afterwards(vm) ?? [];
        },
        end: () => source?.close(),
      };
    },
  };
}
