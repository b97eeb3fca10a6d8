import { expect, test } from "vitest";
import { GROUP_PAGES_MAX } from "../../../src/cluster/duplication/message.ts";
import { Snapshot } from "../../../src/cluster/duplication/snapshot.ts";
import { counter } from "../../../src/guest/counter.ts";
import { Network } from "../../../src/host/network.ts";
import { VirtualMachine } from "../../../src/host/virtual-machine.ts";
import { Channel } from "../../../src/sim/channel.ts";
import { Engine } from "../../../src/sim/engine.ts";
import { ms } from "../../../src/sim/time.ts";

const TOUCHED = 150;

/** A counter that has written 150 pages beside its program's, and does not run. */
function setUp(live = false) {
  const engine = new Engine({ seed: 1 });
  const host = new Network(engine).addHost("a");
  const inbox = new Channel<Uint8Array>(engine, "inbox", { capacity: 4 });
  const image = counter({ duplication: {}, touchPages: TOUCHED });
  const vm = new VirtualMachine({
    engine,
    name: "m",
    host,
    image,
    inbox,
    transmit: () => undefined,
  });
  const { memory, duplication } = vm.guest;
  const take = (): Snapshot =>
    new Snapshot({ engine, host, vm, reserved: duplication!.reserved, live });
  return { engine, host, vm, memory, take, reserved: duplication!.reserved };
}

test("snapshot: what is sent is what was there when it was taken, whatever is written meanwhile", () => {
  const { engine, host, memory, take } = setUp();
  const before = Array.from({ length: 200 }, (_, page) => memory.page(page).slice());
  const snapshot = take();
  expect(snapshot.size).toBeGreaterThan(TOUCHED);
  expect(snapshot.groups).toBe(Math.ceil(snapshot.size / GROUP_PAGES_MAX));
  for (let page = 0; page < 200; page += 3) memory.store32(page * 4_096 + 8, 0xdead_beef);
  // Past the processor, too.
  memory.dmaWrite(4_096, Uint8Array.of(1, 2, 3));
  const seen = new Map<number, Uint8Array>();
  engine.spawn("copier", host.owner, () => snapshot.copy());
  for (const reader of [1, 2]) {
    engine.spawn(`reader ${reader}`, host.owner, function* () {
      for (let group = 1; group <= snapshot.groups; group += 1) {
        for (const { page, bytes } of yield* snapshot.group(group)) {
          // One copy: both are given the same bytes.
          if (reader === 2) expect(seen.get(page)).toBe(bytes);
          seen.set(page, bytes);
        }
      }
    });
  }
  engine.run();
  expect(seen.size).toBe(snapshot.size);
  for (const [page, bytes] of seen) expect(bytes).toEqual(before[page]);
});

test("snapshot: pages of protected memory are no part of it", () => {
  const { memory, take, reserved } = setUp();
  memory.hostWrite(reserved.firstPage, new Uint8Array(4_096).fill(1));
  const snapshot = take();
  const { size } = snapshot;
  snapshot.release();
  const other = setUp();
  expect(other.take().size).toBe(size);
});

test("snapshot: a write before the copy costs the machine a fault and the copy, once", () => {
  const { vm, host, memory, take } = setUp();
  const charged: number[] = [];
  vm.charge = (costNs) => charged.push(costNs);
  take();
  memory.store8(0, 1);
  memory.store8(1, 1);
  expect(charged).toEqual([host.profile.writeFaultNs + host.profile.copyPageNs]);
});

test("snapshot: released, it is asked about no write, and another one may be taken", () => {
  const { vm, memory, take } = setUp();
  const charged: number[] = [];
  vm.charge = (costNs) => charged.push(costNs);
  take().release();
  memory.store8(0, 1);
  expect(charged).toEqual([]);
  const [one, two] = [take(), take()];
  memory.store8(0, 2);
  expect(charged).toHaveLength(2);
  one.release();
  two.release();
});

test("snapshot: while it stands still the machine pays for protecting its pages, not for copying them", () => {
  const { engine, host, take } = setUp();
  const snapshot = take();
  engine.spawn("stop", host.owner, () => snapshot.settle());
  engine.run();
  const { tlbInvalidateNs, clearPageNs, copyPageNs } = host.profile;
  expect(engine.now).toBe(tlbInvalidateNs + snapshot.size * clearPageNs);
  expect(engine.now).toBeLessThan(snapshot.size * copyPageNs);
});

test("snapshot: broken on purpose, there is no copy and what is sent is what is there", () => {
  const { engine, host, memory, take } = setUp(true);
  const snapshot = take();
  engine.spawn("copier", host.owner, () => snapshot.copy());
  engine.schedule(ms(1), () => memory.store8(8, 0x77));
  let first = 0;
  engine.spawn("reader", host.owner, function* () {
    yield* host.compute(ms(2));
    const [page] = yield* snapshot.group(1);
    first = page!.bytes[8]!;
  });
  engine.run();
  expect(first).toBe(0x77);
});
