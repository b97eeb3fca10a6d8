import fc from "fast-check";
import { expect, test } from "vitest";
import { gbps, mbps } from "../../../src/host/bandwidth.ts";
import { Network } from "../../../src/host/network.ts";
import { Engine } from "../../../src/sim/engine.ts";
import { RandomStream } from "../../../src/sim/random.ts";
import { ms, us } from "../../../src/sim/time.ts";
import { type PacketFault, WireFaults } from "../../../src/verify/plan/wire-faults.ts";

/** One link, with faults on the way from a to b, and what arrives at b. */
function oneWire() {
  const engine = new Engine({ seed: 1 });
  const network = new Network(engine);
  const a = network.addHost("a");
  const b = network.addHost("b");
  const link = network.connect(a, b, { latency: us(50), bandwidth: gbps(1) });
  const wire = link.from(a);
  const faults = new WireFaults(wire, {
    cut: () => link.partition(a),
    mend: () => link.heal(a),
  });
  const inbox = b.open("p");
  const arrivals: number[] = [];
  engine.spawn("receiver", b.owner, function* () {
    for (;;) {
      const { bytes } = yield* inbox.receive();
      arrivals.push(bytes[0] ?? -1);
    }
  });
  const send = (number: number): void => network.send(a, "b", "p", new Uint8Array([number]));
  return { engine, wire, faults, arrivals, send };
}

function hits(
  seed: number,
  probability: number,
  verdict: PacketFault["verdict"] = "drop",
): PacketFault {
  return { stream: new RandomStream(seed, "fault"), probability, verdict };
}

test("wire faults: cuts, delays and bandwidths that overlap end when the last one does", () => {
  const { wire, faults } = oneWire();
  const ends = [faults.cut(), faults.cut(), faults.delay(us(5)), faults.delay(us(7))];
  ends.push(faults.slow(mbps(10)), faults.slow(mbps(1)));
  expect(wire.isCut).toBe(true);
  expect(wire.settings).toMatchObject({ latency: us(62), bandwidth: mbps(1) });
  ends[0]?.();
  ends[2]?.();
  ends[5]?.();
  expect(wire.isCut).toBe(true);
  expect(wire.settings).toMatchObject({ latency: us(57), bandwidth: mbps(10) });
  for (const end of ends) end();
  expect(wire.isCut).toBe(false);
  expect(wire.settings).toMatchObject({ latency: us(50), bandwidth: gbps(1) });
});

test("wire faults: what was cut before stays cut", () => {
  const { wire, faults } = oneWire();
  wire.cut();
  faults.cut()();
  expect(wire.isCut).toBe(true);
});

test("wire faults: each verdict does to packets what it says", () => {
  const cases: [PacketFault["verdict"], number][] = [
    ["drop", 0],
    ["duplicate", 20],
    ["corrupt", 10],
    [{ heldNsMax: ms(1) }, 10],
  ];
  for (const [verdict, arrived] of cases) {
    const { engine, faults, arrivals, send } = oneWire();
    const end = faults.hit(hits(3, 1, verdict));
    for (let number = 0; number < 10; number += 1) send(number);
    engine.run({ until: ms(10) });
    expect(arrivals).toHaveLength(arrived);
    const inOrder = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    if (typeof verdict === "object") expect(arrivals).not.toEqual(inOrder);
    if (verdict === "corrupt") expect(arrivals.every((each, at) => each !== at)).toBe(true);
    end();
    arrivals.length = 0;
    for (const number of inOrder) send(number);
    engine.run({ until: ms(20) });
    expect(arrivals).toEqual(inOrder);
  }
});

test("wire faults: a held packet is late by up to the bound, and others overtake it", () => {
  const { engine, faults, arrivals, send } = oneWire();
  const end = faults.hit(hits(3, 1, { heldNsMax: us(100) }));
  send(1);
  end();
  send(2);
  engine.run({ until: us(150) + 1_024 });
  expect(arrivals).toContain(1);
  expect(arrivals[0]).toBe(2);
});

test("wire faults: one more fault changes no draw of another", () => {
  const fault = fc.record({
    seed: fc.nat(),
    probability: fc.double({ min: 0, max: 1, noNaN: true }),
    verdict: fc.constantFrom<PacketFault["verdict"]>("drop", "duplicate", "corrupt", {
      heldNsMax: ms(1),
    }),
  });
  fc.assert(
    fc.property(fc.array(fault, { maxLength: 3 }), fc.nat(3), fc.nat(), (others, place, seed) => {
      // What the fault that is watched draws shows in its stream, whatever the verdict is in the end.
      const drawn = (faults: typeof others): number[] => {
        const { wire, faults: onWire, send, engine } = oneWire();
        const watched = hits(seed, 0.5, { heldNsMax: us(10) });
        const at = Math.min(place, faults.length);
        const draws: number[] = [];
        for (const [index, other] of [...faults, undefined].entries()) {
          if (index === at) onWire.hit(watched);
          if (other !== undefined) {
            onWire.hit({ ...hits(other.seed, other.probability, other.verdict) });
          }
        }
        for (let packet = 0; packet < 8; packet += 1) {
          send(packet);
          engine.run({ until: ms(packet + 1) });
        }
        expect(wire.isCut).toBe(false);
        for (let i = 0; i < 4; i += 1) draws.push(watched.stream.u32());
        return draws;
      };
      expect(drawn(others)).toEqual(drawn([]));
    }),
    { numRuns: 50 },
  );
});

test("wire faults: a wire has a rule while a fault hits its packets, and none otherwise", () => {
  const { wire, faults } = oneWire();
  const addRule = wire.addRule.bind(wire);
  let rules = 0;
  wire.addRule = (rule) => {
    rules += 1;
    const remove = addRule(rule);
    return () => {
      rules -= 1;
      remove();
    };
  };
  const counts: number[] = [];
  const ends = [faults.hit(hits(1, 1)), faults.hit(hits(2, 1))];
  counts.push(rules);
  for (const end of ends) {
    end();
    counts.push(rules);
  }
  const again = faults.hit(hits(3, 1));
  counts.push(rules);
  again();
  counts.push(rules);
  expect(counts).toEqual([1, 1, 0, 1, 0]);
});

test("wire faults: the first fault with a verdict decides", () => {
  const { engine, faults, arrivals, send } = oneWire();
  faults.hit(hits(1, 1, "duplicate"));
  const end = faults.hit(hits(2, 1, "drop"));
  send(1);
  engine.run({ until: ms(1) });
  expect(arrivals).toEqual([1, 1]);
  end();
  end();
  send(2);
  engine.run({ until: ms(2) });
  expect(arrivals).toEqual([1, 1, 2, 2]);
});
