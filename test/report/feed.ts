import { ms, type Nanoseconds, us } from "../../src/sim/time.ts";
import type { TraceSink } from "../../src/sim/trace.ts";
import type { StandinRecord } from "../../src/verify/standin-record.ts";

/** A record with its virtual time. */
export type Timed = readonly [atNs: Nanoseconds, record: StandinRecord];

/** Gives a sink records, as a trace would. */
export function feed<S extends TraceSink>(sink: S, records: readonly Timed[]): S {
  for (const [index, [atNs, record]] of records.entries()) sink.record(atNs, index + 1, record);
  return sink;
}

const onA = { machine: "m", host: "a", term: 1 } as const;
const onB = { machine: "m", host: "b", term: 1 } as const;

/** How far an epoch gets. */
export type Reach = "started" | "collected" | "sent" | "committed" | "acknowledged";

/** An epoch on host `a`, with one packet held before it and its checkpoint begun at `startNs`. */
export function epochRecords(
  epoch: number,
  startNs: Nanoseconds,
  reach: Reach = "acknowledged",
): Timed[] {
  const [a, b] = [
    { ...onA, epoch },
    { ...onB, epoch },
  ];
  const digest = `state ${epoch}`;
  const steps: [Reach, Timed][] = [
    ["started", [startNs - us(500), { kind: "output.held", bytes: 16, ...a }]],
    ["started", [startNs, { kind: "checkpoint.started", ...a }]],
    ["collected", [startNs + us(20), { kind: "checkpoint.paused", ...a }]],
    ["collected", [startNs + us(30), { kind: "checkpoint.collected", pages: 3, ...a }]],
    ["sent", [startNs + us(40), { kind: "checkpoint.copied", pages: 3, digest, ...a }]],
    ["sent", [startNs + us(50), { kind: "checkpoint.resumed", pauseNs: us(50), ...a }]],
    ["sent", [startNs + us(80), { kind: "group.sent", group: 0, pages: 3, bytes: 12_300, ...a }]],
    ["committed", [startNs + us(90), { kind: "commit.sent", pages: 3, bytes: 100, ...a }]],
    ["sent", [startNs + us(130), { kind: "group.staged", group: 0, pages: 3, ...b }]],
    ["committed", [startNs + us(150), { kind: "checkpoint.committed", pages: 3, ...b }]],
    ["committed", [startNs + us(150), { kind: "acknowledgement.sent", ...b }]],
    ["committed", [startNs + us(160), { kind: "checkpoint.applied", pages: 3, digest, ...b }]],
    [
      "acknowledged",
      [startNs + us(200), { kind: "checkpoint.acknowledged", pages: 3, bytes: 12_400, ...a }],
    ],
    [
      "acknowledged",
      [startNs + us(200), { kind: "output.released", bytes: 16, protected: true, ...a }],
    ],
  ];
  const order: Reach[] = ["started", "collected", "sent", "committed", "acknowledged"];
  const limit = order.indexOf(reach);
  return steps.filter(([step]) => order.indexOf(step) <= limit).map(([, timed]) => timed);
}

/** Epochs of 25 ms, numbered from 1, that go their usual way. */
export function usualEpochs(count: number): Timed[] {
  return Array.from({ length: count }, (_, index) =>
    epochRecords(index + 1, ms(25) * index + us(500)),
  ).flat();
}

/** A request and its reply. */
export function requestRecords(number: number, atNs: Nanoseconds, latencyNs: Nanoseconds): Timed[] {
  const of = { client: "client 1", machine: "m", number };
  return [
    [atNs, { kind: "request.invoked", bytes: 8, ...of }],
    [atNs + latencyNs, { kind: "request.acknowledged", latencyNs, attempts: 1, ...of }],
  ];
}

/** Host `a` crashes while epoch 3 is sent; `b` stands in from epoch 2. */
export function failoverRecords(): Timed[] {
  const next = { ...onB, term: 2 };
  return [
    [0, { kind: "witness.registered", ...onA }],
    [0, { kind: "protection.started", secondary: "b", ...onA }],
    ...requestRecords(1, ms(5), ms(20)),
    ...usualEpochs(2),
    ...epochRecords(3, ms(50), "sent"),
    [ms(50) + us(140), { kind: "host.crashed", host: "a" }],
    [ms(51), { kind: "request.invoked", client: "client 1", machine: "m", number: 2, bytes: 8 }],
    [ms(148), { kind: "failure.suspected", peer: "a", silentNs: ms(100), ...onB }],
    [ms(148), { kind: "term.requested", ...next }],
    [ms(148) + us(50), { kind: "witness.granted", ...next }],
    [ms(148) + us(100), { kind: "failover.started", from: "a", epoch: 2, ...next }],
    [ms(148) + us(100), { kind: "checkpoint.discarded", groups: 1, epoch: 2, ...onB }],
    [
      ms(148) + us(100),
      { kind: "failover.loaded", epoch: 2, epochTerm: 1, digest: "state 2", ...next },
    ],
    [ms(151), { kind: "request.retried", client: "client 1", machine: "m", number: 2, attempt: 2 }],
    [ms(153), { kind: "failover.serving", from: "a", epoch: 2, ...next }],
    [ms(154), { kind: "address.moved", address: "m", host: "b" }],
    [
      ms(154) + us(500),
      { kind: "output.released", bytes: 16, protected: false, epoch: 2, ...next },
    ],
    [
      ms(155),
      {
        kind: "request.acknowledged",
        client: "client 1",
        machine: "m",
        number: 2,
        latencyNs: ms(104),
        attempts: 2,
      },
    ],
  ];
}
