// covers src/cluster/duplication/duplication.ts, src/cluster/duplication/duplicate.ts, src/cluster/duplication/check-request.ts, src/cluster/duplication/options.ts, src/cluster/duplication/source-role.ts, src/cluster/duplication/target-role.ts
import { expect, test } from "vitest";
import type { DuplicateTarget } from "../../../src/cluster/duplication/options.ts";
import { TARGETS_MAX } from "../../../src/cluster/duplication/options.ts";
import { counter } from "../../../src/guest/counter.ts";
import type { GuestImage } from "../../../src/guest/guest.ts";
import { keyValue } from "../../../src/guest/key-value.ts";
import { encodeProfile, type Profile } from "../../../src/guest/profile.ts";
import { riscvJournal } from "../../../src/guest/riscv/riscv-journal.ts";
import type { Host } from "../../../src/host/host.ts";
import { chosenScheme, schemeNames } from "../../../src/schemes/scheme-choice.ts";
import { ms, us } from "../../../src/sim/time.ts";
import type { TraceRecord } from "../../../src/sim/trace.ts";
import { Simulation } from "../../../src/simulation/simulation.ts";

const profileOf = ({ name }: Host): Profile => ({
  role: "copy",
  hostName: `${name}.example`,
  address: `copy on ${name}`,
  storage: [{ volume: "data", path: `/volumes/${name}` }],
});

const to = (...hosts: Host[]): DuplicateTarget[] =>
  hosts.map((host) => ({ host, profile: profileOf(host) }));

/** A machine on a and b that two clients have asked for 50 ms, and free hosts c and d. */
function setUp(image: GuestImage = keyValue({ duplication: {} })) {
  const sim = new Simulation({ seed: 3 });
  const records: TraceRecord[] = [];
  const { a, b, c, d } = sim.hosts(["a", "b", "c", "d"], { latency: us(50) });
  const machine = sim.protect(image, { name: "store", primary: a, secondary: b });
  const clients = [1, 2].map(() => sim.client(machine, { requests: 120, think: ms(1) }));
  sim.run({ until: ms(50) });
  sim.trace.addSink({ record: (_atNs, _position, record) => records.push(record) });
  const of = (kind: string): TraceRecord[] => records.filter((record) => record.kind === kind);
  return { sim, machine, clients, a, b, c, d, of };
}

test.each([
  ["program", keyValue({ duplication: {} })],
  ["RISC-V machine with a disk", riscvJournal({ duplication: {} })],
])("duplication: a %s that runs is copied to two hosts, which serve beside it", (_name, image) => {
  const { sim, machine, clients, a, c, d, of } = setUp(image);
  const made = sim.duplicate(machine, { targets: to(c, d) });
  expect(made.duplicates.map(({ state }) => state)).toEqual(["waiting", "waiting"]);
  sim.run({ until: ms(100) });
  expect(made.over).toBe(true);
  expect(made.duplicates.map(({ state }) => state)).toEqual(["running", "running"]);
  // One state, and the source stopped for a moment only.
  const [copied] = of("duplication.copied");
  expect(of("duplication.received").map(({ digest }) => digest)).toEqual([
    copied?.["digest"],
    copied?.["digest"],
  ]);
  const [resumed] = of("duplication.resumed");
  expect(resumed?.["pauseNs"]).toBeLessThan(us(300));
  // Each has its own identity, at its own address; the source's stays where it is.
  for (const { host, machine: copy } of made.duplicates) {
    const { identity } = copy!.activeNode!.vm.guest.duplication!;
    expect(identity).toMatchObject(profileOf(host));
    expect(copy!.name).toBe(`copy on ${host.name}`);
    expect(sim.clientNetwork.holder(copy!.name)).toBe(host);
  }
  expect(sim.clientNetwork.holder("store")).toBe(a);
  const asked = made.duplicates.map((each) =>
    sim.client(each.machine!, { requests: 30, think: ms(1) }),
  );
  sim.run({ until: ms(1_000) });
  for (const client of [...clients, ...asked]) {
    expect(client.acknowledged).toBe(client.requests);
    expect([client.lost, client.duplicated]).toEqual([[], []]);
  }
  expect(machine.isProtected).toBe(true);
});

test("duplication: a copy is a machine of its own, which is protected again and fails over", () => {
  const { sim, machine, c, d } = setUp();
  const copy = sim.duplicate(machine, { targets: to(c) }).on(c)!;
  sim.run({ until: ms(100) });
  sim.protectAgain(copy.machine!, d);
  const client = sim.client(copy.machine!, { requests: 100, think: ms(1) });
  sim.run({ until: ms(200) });
  expect(copy.machine!.isProtected).toBe(true);
  c.crash();
  sim.run({ until: ms(900) });
  expect(copy.machine!.activeHost).toBe(d);
  expect(sim.clientNetwork.holder("copy on c")).toBe(d);
  // Its stand-in is the same machine, so it goes by the same profile.
  expect(copy.machine!.activeNode!.vm.guest.duplication!.identity).toMatchObject(profileOf(c));
  expect([client.acknowledged, client.lost]).toEqual([100, []]);
});

test("duplication: a copy does not answer its source's clients, and they do not mind", () => {
  const { sim, machine, of, c } = setUp(counter({ duplication: {}, serviceNs: ms(2) }));
  // In the middle of a request: it has something to say to somebody else's client.
  sim.run({ until: ms(51) });
  sim.duplicate(machine, { targets: to(c) });
  sim.run({ until: ms(100) });
  expect(of("duplication.serving")).toHaveLength(1);
  expect(of("reply.foreign").length).toBeGreaterThan(0);
});

test("duplication: a profile that lies in the host's protected memory already will do", () => {
  const { sim, machine, c } = setUp();
  c.protectedMemory.store("store", encodeProfile(profileOf(c)));
  c.crash();
  c.restart();
  const copy = sim.duplicate(machine, { targets: [{ host: c }] }).on(c)!;
  sim.run({ until: ms(100) });
  expect(copy.machine?.name).toBe("copy on c");
});

test.each([...schemeNames])("duplication: of a machine under %s", (name) => {
  const sim = new Simulation({ seed: 1 });
  const { a, b, c } = sim.hosts(["a", "b", "c"]);
  const scheme = chosenScheme({ scheme: name });
  const image = keyValue({ duplication: {} });
  const machine = sim.protect(image, { name: "store", primary: a, secondary: b, scheme });
  const client = sim.client(machine, { requests: 100, think: ms(1) });
  sim.at(ms(60), () => sim.duplicate(machine, { targets: to(c) }));
  sim.run({ until: ms(500) });
  const [made] = sim.duplications;
  expect(made?.on(c)?.state).toBe("running");
  expect([client.acknowledged, client.lost]).toEqual([100, []]);
  expect(machine.isProtected).toBe(true);
});

type Given = ReturnType<typeof setUp>;

const refusals: readonly [string, string, RegExp, (given: Given) => unknown][] = [
  [
    "a driver that cannot be duplicated",
    "DRIVER_NOT_DUPLICABLE",
    /got odd, whose driver "network" cannot$/,
    ({ sim, a, b, c }) => {
      const image = keyValue({ duplication: { unsupported: ["network"] } });
      const odd = sim.machines[1] ?? sim.protect(image, { name: "odd", primary: a, secondary: b });
      return () => sim.duplicate(odd, { targets: to(c) });
    },
  ],
  [
    "a machine without drivers that know of profiles",
    "DRIVER_NOT_DUPLICABLE",
    /got plain, which lists none/,
    ({ sim, a, b, c }) => {
      const plain = sim.protect(keyValue(), { name: "plain", primary: a, secondary: b });
      return () => sim.duplicate(plain, { targets: to(c) });
    },
  ],
  [
    "no target",
    "TARGETS",
    new RegExp(`expected 1 to ${TARGETS_MAX} hosts, got 0`),
    ({ sim, machine }) =>
      () =>
        sim.duplicate(machine, { targets: [] }),
  ],
  [
    "a host of another simulation",
    "NO_SUCH_HOST",
    /expected hosts of this simulation, got "z"/,
    ({ sim, machine, c }) => {
      const { z } = new Simulation({ seed: 1 }).hosts(["z"]);
      return () => sim.duplicate(machine, { targets: to(c, z) });
    },
  ],
  [
    "a host that is off",
    "TARGET_HOST",
    /got d, which is off/,
    ({ sim, machine, c, d }) => {
      d.crash();
      return () => sim.duplicate(machine, { targets: to(c, d) });
    },
  ],
  [
    "the host that stands by",
    "TARGET_HOST",
    /got b, which has a part of it: secondary/,
    ({ sim, machine, b }) =>
      () =>
        sim.duplicate(machine, { targets: to(b) }),
  ],
  [
    "the same host twice",
    "TARGET_HOST",
    /got c, which has or gets a duplicate of it/,
    ({ sim, machine, c }) =>
      () =>
        sim.duplicate(machine, { targets: to(c, c) }),
  ],
  [
    "a host that has a duplicate",
    "TARGET_HOST",
    /got c, which has or gets a duplicate of it/,
    ({ sim, machine, c, d }) => {
      sim.duplicate(machine, { targets: to(c) });
      sim.run({ until: ms(100) });
      const targets = [{ host: c, profile: profileOf(d) }];
      return () => sim.duplicate(machine, { targets });
    },
  ],
  [
    "a missing profile",
    "PROFILE_MISSING",
    /protected memory of d, got one that is missing/,
    ({ sim, machine, c, d }) =>
      () =>
        sim.duplicate(machine, { targets: [...to(c), { host: d }] }),
  ],
  [
    "a damaged profile",
    "PROFILE_MISSING",
    /protected memory of d, got one that is damaged/,
    ({ sim, machine, d }) => {
      d.protectedMemory.store("store", encodeProfile(profileOf(d)).fill(7, 8, 12));
      return () => sim.duplicate(machine, { targets: [{ host: d }] });
    },
  ],
  [
    "a profile out of bounds",
    "PROFILE",
    /hostName: expected 1 to 64/,
    ({ sim, machine, c }) => {
      const targets = [{ host: c, profile: { ...profileOf(c), hostName: "" } }];
      return () => sim.duplicate(machine, { targets });
    },
  ],
  [
    "the source's address",
    "ADDRESS_TAKEN",
    /duplicate on c that is free, got "store"/,
    ({ sim, machine, c }) => {
      const targets = [{ host: c, profile: { ...profileOf(c), address: "store" } }];
      return () => sim.duplicate(machine, { targets });
    },
  ],
  [
    "one address for two",
    "ADDRESS_TAKEN",
    /duplicate on d that is free, got "copy on c"/,
    ({ sim, machine, c, d }) => {
      const targets = [...to(c), { host: d, profile: profileOf(c) }];
      return () => sim.duplicate(machine, { targets });
    },
  ],
  [
    "no room",
    "NO_ROOM",
    /expected room for 4198400 bytes on c, got 4096/,
    ({ sim, machine, c }) => {
      const targets = [{ host: c, profile: profileOf(c), roomBytes: 4_096 }];
      return () => sim.duplicate(machine, { targets });
    },
  ],
  [
    "no patience",
    "PATIENCE",
    /patience: expected a whole number of at least 1000000, got 5/,
    ({ sim, machine, c }) =>
      () =>
        sim.duplicate(machine, { targets: to(c), patience: 5 }),
  ],
];

test.each(refusals)(
  "duplication: %s is refused, and nothing is changed",
  (_what, code, message, prepare) => {
    const given = setUp();
    const attempt = prepare(given) as () => unknown;
    const { sim, c, d } = given;
    const state = (): unknown => [
      sim.trace.position,
      sim.hash,
      sim.duplications.length,
      sim.network.links.length,
      c.protectedMemory.load("store"),
      d.protectedMemory.load("store"),
    ];
    const before = state();
    expect(attempt).toThrow(expect.objectContaining({ code }));
    expect(attempt).toThrow(message);
    expect(state()).toEqual(before);
  },
);

test("duplication: a machine that nobody serves is refused", () => {
  const { sim, machine, a, b, c } = setUp();
  a.crash();
  b.crash();
  const attempt = (): unknown => sim.duplicate(machine, { targets: to(c) });
  expect(attempt).toThrow(expect.objectContaining({ code: "SOURCE_NOT_SERVED" }));
  expect(attempt).toThrow("expected a machine that a host serves, got store, which none does");
});

test("duplication: an address that a duplicate may get is nobody else's", () => {
  const { sim, machine, a, b, c } = setUp();
  sim.duplicate(machine, { targets: to(c) });
  const attempt = (): unknown =>
    sim.protect(counter(), { name: "copy on c", primary: a, secondary: b });
  expect(attempt).toThrow(expect.objectContaining({ code: "MACHINE_EXISTS" }));
});

test("duplication: what was damaged in protected memory afterwards stops that target alone", () => {
  const { sim, machine, c, d } = setUp();
  const made = sim.duplicate(machine, { targets: to(c, d) });
  c.protectedMemory.store("store", Uint8Array.of(9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
  sim.run({ until: ms(200) });
  expect(made.duplicates.map(({ state }) => state)).toEqual(["failed", "running"]);
  expect(made.on(c)?.reason).toBe("the profile is damaged");
  expect(made.on(c)?.machine).toBeUndefined();
});

test("duplication: without a witness a copy waits, whole, and does not run", () => {
  const { sim, machine, c } = setUp();
  const copy = sim.duplicate(machine, { targets: to(c) }).on(c)!;
  const witness = sim.host("witness");
  witness.crash();
  sim.run({ until: ms(150) });
  expect(copy.state).toBe("configured");
  expect(sim.clientNetwork.holder("copy on c")).toBeUndefined();
  witness.restart();
  sim.run({ until: ms(250) });
  expect(copy.state).toBe("running");
});
