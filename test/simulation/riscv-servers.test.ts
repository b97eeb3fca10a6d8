// covers src/guest/riscv/key-value-server.ts, src/guest/riscv/riscv-journal.ts, src/guest/riscv/riscv-key-value.ts
import { ms, Simulation, schemes, us } from "standin";
import { expect, test } from "vitest";
import type { KeyValueServerOptions } from "../../src/guest/riscv/key-value-server.ts";
import type { MachineDefects } from "../../src/guest/riscv/machine-options.ts";
import { riscvJournal } from "../../src/guest/riscv/riscv-journal.ts";
import { riscvKeyValue } from "../../src/guest/riscv/riscv-key-value.ts";
import { journalOn } from "../guest/riscv/journal-disk.ts";

const CLIENTS = 4;
const REQUESTS = 50;

/** When the primary dies, while the clients ask. */
const CRASHES = [ms(20), ms(23.1), ms(27.7), ms(31.3), ms(38.9), ms(44.4), ms(47.3), ms(53)];

/** A server on a pair, clients that keep it busy, and the death of its primary. */
function crashed(make: typeof riscvJournal, options: KeyValueServerOptions, crashNs: number) {
  const sim = new Simulation({ seed: crashNs, onViolation: "record" });
  const { a, b } = sim.hosts(["a", "b"], { latency: us(50) });
  const machine = sim.protect(make(options), {
    primary: a,
    secondary: b,
    scheme: schemes.checkpoint({ interval: ms(5) }),
  });
  const clients = Array.from({ length: CLIENTS }, () =>
    sim.client(machine, { requests: REQUESTS, think: ms(1) }),
  );
  sim.at(crashNs, () => a.crash());
  sim.run({ until: ms(400) });
  expect(machine.activeHost).toBe(b);
  const unanswered = clients.filter(({ acknowledged }) => acknowledged < REQUESTS).length;
  return { sim, clients, unanswered, guest: machine.activeNode!.vm.guest };
}

test.each([
  ["key-value", riscvKeyValue],
  ["journal", riscvJournal],
])("riscv servers: whenever the primary of %s dies, its clients notice nothing", (_, make) => {
  for (const crashNs of CRASHES) {
    const { sim, clients } = crashed(make, {}, crashNs);
    for (const { acknowledged, lost, duplicated } of clients) {
      expect([crashNs, acknowledged, lost, duplicated]).toEqual([crashNs, REQUESTS, [], []]);
    }
    expect(sim.violations).toEqual([]);
  }
});

test("riscv servers: after a failover the journal on the disk has all that was answered", () => {
  const { clients, guest } = crashed(riscvJournal, {}, CRASHES[3]!);
  const records = journalOn(guest.memory);
  expect(records.map(({ sequence }) => sequence)).toEqual(records.map((_, index) => index + 1));
  const journal = new Set(records.flatMap(({ requests }) => requests));
  for (const { id, history } of clients) {
    for (const { number } of history) expect(journal).toContain(`${id}.${number}`);
  }
});

/** What was noticed of a defect, over all crashes. */
function noticed(make: typeof riscvJournal, options: KeyValueServerOptions): Set<string> {
  const signs = new Set<string>();
  for (const crashNs of CRASHES) {
    const { sim, unanswered, guest } = crashed(make, options, crashNs);
    for (const { name } of sim.violations) signs.add(name);
    if (unanswered > 0) signs.add(guest.panic ?? "no answer");
  }
  return signs;
}

test.each<[keyof MachineDefects, string]>([
  ["timerNotSaved", "no answer"],
  ["requestsInFlightNotSaved", "no answer"],
  ["deviceWritesUntracked", "memory-identity"],
  ["staleDecoded", "powered off with code 2"],
])("riscv servers: a failover of journal shows the defect %s: %s", (defect, sign) => {
  expect([...noticed(riscvJournal, { broken: { [defect]: true } })]).toEqual([sign]);
});

test.each([
  ["key-value", riscvKeyValue],
  ["journal", riscvJournal],
])(
  "riscv servers: %s executes a request that is sent again once, unless it is broken",
  (_, make) => {
    for (const executeRetries of [false, true]) {
      const sim = new Simulation({ seed: 1, onViolation: "record" });
      const { a, b } = sim.hosts(["a", "b"]);
      const machine = sim.protect(make({ executeRetries }), { primary: a, secondary: b });
      // replies are held longer than this
      const client = sim.client(machine, { requests: 20, think: ms(1), timeout: ms(10) });
      sim.run({ until: ms(200) });
      expect(client.acknowledged).toBe(20);
      expect(client.duplicated.length > 0).toBe(executeRetries);
      expect(sim.violations.map(({ name }) => name)).toEqual(
        executeRetries ? ["executed-once"] : [],
      );
    }
  },
);
