// covers src/checkpoint/receiver.ts, src/checkpoint/staging.ts, src/checkpoint/apply/swapper.ts
import { expect, test } from "vitest";
import { afterArrival, swapping } from "../../../src/checkpoint/apply/apply.ts";
import { encodings } from "../../../src/checkpoint/encode/encodings.ts";
import { groups, packets } from "../../../src/checkpoint/transfer/transfer.ts";
import { RandomStream } from "../../../src/sim/random.ts";
import { ms, us } from "../../../src/sim/time.ts";
import { pageMachine } from "../page-machine.ts";
import { damaged, type Fill, scripted } from "../scripted-primary.ts";

const MEMORY_PAGES = 12;
const DISK_PAGES = 6;
const PAGES = Array.from({ length: MEMORY_PAGES + DISK_PAGES }, (_, page) => page);
const IMAGE = pageMachine({ pages: MEMORY_PAGES, diskPages: DISK_PAGES });

/** Groups of a few pages each; a page may come several times, the last one counting. */
function drawGroups(random: RandomStream): Fill[] {
  return Array.from({ length: random.below(6) }, () =>
    Object.fromEntries(
      Array.from({ length: 1 + random.below(4) }, () => [
        random.below(PAGES.length),
        random.below(250),
      ]),
    ),
  );
}

/** A part of the messages for each stream, the order of groups changed where it may be. */
function deal(random: RandomStream, messages: readonly Uint8Array[], lanes: number) {
  const dealt = Array.from({ length: lanes }, (): Uint8Array[] => []);
  const rest = [...messages];
  while (rest.length > 0) {
    const at = lanes === 1 ? 0 : random.below(rest.length);
    const message = rest.splice(at, 1)[0]!;
    dealt[random.below(lanes)]!.push(message);
    if (lanes > 1 && random.below(8) === 0) dealt[random.below(lanes)]!.push(message);
  }
  return dealt;
}

/** One run: some checkpoints by a primary that answers refusals, on streams that harm messages. */
function play(seed: number) {
  const random = new RandomStream(seed, "test: any way");
  const streams = random.pick([1, 1, 2, 3]);
  const hasContents = random.below(2) === 0;
  const harm = random.pick([0, 6, 12]);
  const apply = random.pick([afterArrival, swapping])({
    acknowledge: random.pick(["stored", "applied"]),
    diskCache: random.below(3) === 0,
  });
  const transfer = (hasContents ? packets : groups)({ inFlight: streams, streams });
  const encode = random.pick([encodings.whole(), encodings.wordDifference()]);
  const on = scripted({ apply, transfer, encode }, { image: IMAGE });
  const encoder = encode.createEncoder();
  const model = new Map<number, readonly number[]>();
  let state = PAGES.map(() => 0);
  model.set(0, state);
  const what = `seed ${seed}: ${transfer.name}, ${apply.name}`;
  const isKilled = random.below(2) === 0;
  const killAfter = 30 + random.below(400);
  const run = (): boolean => {
    const untilNs = on.engine.now + ms(5);
    while (on.engine.now < untilNs) {
      if (isKilled && on.image.complete && on.engine.events > killAfter) return false;
      on.engine.run({ maxEvents: 1, until: untilNs });
    }
    return true;
  };
  const send = (list: readonly Uint8Array[], last: readonly Uint8Array[]): void => {
    const harmed = (message: Uint8Array): Uint8Array =>
      harm > 0 && random.below(harm) === 0 ? damaged(message) : message;
    for (const [lane, messages] of deal(random, list, streams).entries()) {
      on.post([...messages, ...(lane === 0 ? last : [])].map(harmed), lane);
    }
  };
  for (let epoch = 1; epoch <= 5; epoch += 1) {
    const fills = drawGroups(random);
    state = [...state];
    for (const fill of fills) {
      for (const [page, value] of Object.entries(fill)) state[Number(page)] = value;
    }
    model.set(epoch, state);
    encoder.beginEpoch(epoch);
    const made = on.checkpoint(epoch, fills, { encoder });
    const last = hasContents ? [made.contents, made.commit] : [made.commit];
    send(made.groups, last);
    for (let round = 0; ; round += 1) {
      const answered = on.answers.length;
      if (!run()) return { on, model, what, isKilled: true };
      const answers = on.answers.slice(answered);
      if (on.answers.some((each) => each.type === "acknowledge" && each.epoch === epoch)) break;
      if (round > 60) throw new Error(`${what}: epoch ${epoch} is never taken`);
      const missing = answers.find((each) => each.type === "missing");
      if (missing === undefined) send(made.groups, last);
      else
        send(
          missing.groups.map((group) => made.groups[group]!),
          last.slice(-1),
        );
    }
  }
  return { on, model, what, isKilled: false };
}

test("any way: whatever comes in whatever order, and whenever it ends, memory is what was committed", () => {
  const ends = { killed: 0, whole: 0, undone: 0, missing: 0, refused: 0 };
  for (let seed = 0; seed < 400; seed += 1) {
    const { on, model, what, isKilled } = play(seed);
    if (!isKilled) expect(on.image.epoch, what).toBe(5);
    on.settle();
    on.engine.run({ until: on.engine.now + us(1) });
    expect(on.contents(...PAGES), what).toEqual(model.get(on.image.epoch));
    ends[isKilled ? "killed" : "whole"] += 1;
    for (const { kind } of on.records()) {
      if (kind === "swap.undone") ends.undone += 1;
      if (kind === "groups.missing") ends.missing += 1;
      if (kind === "checkpoint.rejected") ends.refused += 1;
    }
  }
  for (const [, count] of Object.entries(ends)) expect(count).toBeGreaterThan(20);
});
