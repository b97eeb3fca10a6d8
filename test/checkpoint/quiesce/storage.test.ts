// covers src/checkpoint/quiesce/storage.ts, src/checkpoint/quiesce/rest-limit.ts
import { expect, test } from "vitest";
import { storage } from "../../../src/checkpoint/quiesce/storage.ts";
import { counter } from "../../../src/guest/counter.ts";
import type { GuestImage } from "../../../src/guest/guest.ts";
import { decodePacket } from "../../../src/guest/packet.ts";
import { type RiscvJournalOptions, riscvJournal } from "../../../src/guest/riscv/riscv-journal.ts";
import { riscvKeyValue } from "../../../src/guest/riscv/riscv-key-value.ts";
import { ms, us } from "../../../src/sim/time.ts";
import { quiesceRig } from "./quiesce-rig.ts";

/** A journal that is in the middle of writing its first batch, and has taken a second one. */
function writing(options: RiscvJournalOptions = {}, mostNs = ms(5)) {
  const made = quiesceRig(storage({ mostNs }), riscvJournal(options));
  const { engine, request, vm, sent } = made;
  request(1);
  engine.run({ until: us(300) });
  expect(vm.guest.storage?.activeRequests).toBe(1);
  request(1);
  const answered = () => sent.map((packet) => decodePacket(packet)?.number);
  return { ...made, answered };
}

test("storage: active requests are finished, new ones wait, and both sides are ready", () => {
  const { engine, vm, begin, end, rest, inTime, secondary, answered } = writing();
  begin();
  engine.run({ until: ms(3) });
  expect([inTime(), secondary, vm.guest.storage?.activeRequests]).toEqual([
    [true],
    { asked: 1, readyAfterNs: us(80), answered: 1 },
    0,
  ]);
  // The disk takes 200 µs: the rest of the write, up to the end of the stretch.
  expect(rest.reachedAtNs).toBeGreaterThan(us(400));
  expect(rest.reachedAtNs).toBeLessThan(us(600));
  expect([answered(), vm.idle]).toEqual([[1], true]);
  end();
  engine.run({ until: ms(5) });
  expect(answered()).toEqual([1, 2]);
});

test("storage: whoever forgets what it was told of while it was blocked answers nobody any more", () => {
  const { engine, begin, end, request, answered } = writing({ broken: { noLookAtUnblock: true } });
  begin();
  engine.run({ until: ms(3) });
  end();
  for (let number = 3; number < 20; number += 1) request(1);
  engine.run({ until: ms(50) });
  expect(answered()).toEqual([1]);
});

test("storage: the secondary is waited for, but no longer than the limit", () => {
  const { engine, begin, rest, inTime, secondary } = writing();
  secondary.readyAfterNs = ms(3);
  begin();
  engine.run({ until: ms(10) });
  expect([rest.reachedAtNs, inTime()]).toEqual([us(300) + ms(3), [true]]);
  secondary.readyAfterNs = ms(30);
  begin();
  engine.run({ until: ms(100) });
  expect([rest.reachedAtNs, inTime()]).toEqual([ms(15), [true, false]]);
  // It is asked no more: what it says then is for nobody.
  expect(secondary).toMatchObject({ asked: 2, answered: 1 });
});

test("storage: a disk that is slower than the limit is taken as it is", () => {
  const { engine, begin, rest, inTime, vm, secondary } = writing({ diskLatencyTicks: 600_000 });
  // The limit is for both together.
  secondary.readyAfterNs = ms(20);
  begin();
  engine.run({ until: ms(6) });
  expect([rest.reachedAtNs, inTime()]).toEqual([us(300) + ms(5), [false]]);
  expect(vm.guest.storage?.activeRequests).toBe(1);
});

test("storage: when it is cut short the disk goes on all the same", () => {
  const { engine, begin, end, answered } = writing();
  const beginning = begin();
  engine.run({ until: us(310) });
  beginning.kill();
  end();
  end();
  engine.run({ until: ms(3) });
  expect(answered()).toEqual([1, 2]);
});

test("storage: a machine without a disk that can be blocked is refused", () => {
  const refused = (image: GuestImage) => () => {
    const { context } = quiesceRig(storage(), image);
    storage().expect?.(context.vm.guest, image.name);
  };
  for (const image of [counter(), riscvKeyValue()]) {
    expect(refused(image)).toThrow(
      expect.objectContaining({
        name: "StandinTypeError",
        code: "PART_NEEDS",
        message: `quiesces.storage: expected a machine with a disk whose requests can be blocked, got ${image.name}, which has none`,
      }),
    );
  }
  expect(refused(riscvJournal())).not.toThrow();
});

test("storage: a limit that is none is refused", () => {
  expect(() => storage({ mostNs: 0 })).toThrow("mostNs: expected a whole number of at least 1");
});
