import { expect, test } from "vitest";
import type { GuestImage } from "../../../src/guest/guest.ts";
import { decodePacket, encodePacket } from "../../../src/guest/packet.ts";
import { riscvRace } from "../../../src/guest/riscv/riscv-race.ts";
import { RandomStream } from "../../../src/sim/random.ts";

/** A machine whose harts take turns as a stream says, and what it answers. */
function racing(image: GuestImage, seed: number) {
  const turns = new RandomStream(seed, "turns");
  const replies: number[][] = [];
  const guest = image.create({
    now: () => 0,
    random32: () => {
      throw new Error("turns are not drawn from what is logged");
    },
    turn32: () => turns.u32(),
    transmit(packet) {
      const reply = decodePacket(packet)!;
      if (reply.client !== 1) return;
      const view = new DataView(reply.payload.buffer, reply.payload.byteOffset);
      replies.push([view.getUint32(0, true), view.getUint32(4, true)]);
    },
  });
  const idle = (): void => {
    while (guest.run(1_000_000).boundary === "budget");
  };
  const ask = (number: number): void => {
    guest.deliver(encodePacket({ client: 1, number, payload: new Uint8Array(0) }));
    idle();
  };
  idle();
  return { guest, replies, ask };
}

function asked(image: GuestImage, seed: number, count = 20) {
  const machine = racing(image, seed);
  for (let number = 1; number <= count; number += 1) machine.ask(number);
  return machine;
}

test("riscv race: either hart comes as often as it is told, whoever is first", () => {
  const { replies, guest } = asked(riscvRace({ rounds: 5 }), 1);
  expect(replies.map(([came]) => came)).toEqual(replies.map((_, index) => 10 * (index + 1)));
  expect(guest.panic).toBeUndefined();
});

test("riscv race: who comes when follows from the turns, and from nothing else", () => {
  const orders = [1, 1, 2].map((seed) =>
    asked(riscvRace(), seed).replies.map(([, order]) => order),
  );
  expect(orders[0]).toEqual(orders[1]);
  expect(orders[0]).not.toEqual(orders[2]);
  // in one machine, too
  expect(new Set(orders[0]).size).toBeGreaterThan(2);
  expect(riscvRace().deterministic).toBe(false);
});

test("riscv race: a request is executed once, and its repetition answered as it was", () => {
  const image = riscvRace();
  const { replies, guest, ask } = asked(image, 1, 3);
  ask(2);
  expect(replies[3]).toEqual(replies[1]);
  expect([...image.executions(guest, 1)]).toEqual([1, 2, 3].map((number) => [number, 1]));
  const broken = riscvRace({ executeRetries: true });
  const again = asked(broken, 1, 3);
  again.ask(2);
  expect(broken.executions(again.guest, 1).get(2)).toBe(2);
});
