import fc from "fast-check";
import { type Fault, FOR_NS_MIN, type Moment } from "../../../src/verify/plan/fault.ts";

/** What a drawn fault may name, and how long it may last. */
export interface FaultSetting {
  readonly hosts: readonly string[];
  readonly links: readonly (readonly [string, string])[];
  readonly moment: fc.Arbitrary<Moment>;
  readonly forNsMax: number;
}

/** Every kind of moment. */
export const anyMoment: fc.Arbitrary<Moment> = fc.oneof(
  fc.record({ atNs: fc.maxSafeNat() }),
  fc.record({ event: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }) }),
  fc.record(
    {
      point: fc.string({ minLength: 1, maxLength: 30, unit: "binary" }),
      occurrence: fc.integer({ min: 1, max: 1_000 }),
      host: fc.constantFrom("a", "b"),
    },
    { requiredKeys: ["point", "occurrence"] },
  ),
);

/** Faults of every kind, in canonical form. */
export function anyFault(setting: FaultSetting): fc.Arbitrary<Fault> {
  const { hosts, links, moment: at, forNsMax } = setting;
  const host = fc.constantFrom(...hosts);
  const forNs = (kind: keyof typeof FOR_NS_MIN): fc.Arbitrary<number> =>
    fc.integer({ min: FOR_NS_MIN[kind], max: forNsMax });
  const probability = fc.double({ min: 1e-9, max: 1, noNaN: true });
  const ends = fc.constantFrom(...links).chain(([a, b]) =>
    fc.record({
      ends: fc.constantFrom({ from: a, to: b }, { from: b, to: a }),
      oneWay: fc.constantFrom({}, { oneWay: true }),
    }),
  );
  const onHost = <K extends string, R extends object>(kind: K, rest: fc.Arbitrary<R>) =>
    fc.tuple(at, host, rest).map(([at, host, rest]) => ({ kind, at, host, ...rest }));
  const onLink = <K extends keyof typeof FOR_NS_MIN, R extends object>(
    kind: K,
    rest: fc.Arbitrary<R>,
  ) =>
    fc.tuple(at, ends, rest, forNs(kind)).map(([at, { ends, oneWay }, rest, forNs]) => {
      return { kind, at, ...ends, ...oneWay, ...rest, forNs };
    });
  const none = fc.constant({});
  const stepNs = fc.integer({ min: -1_000_000_000, max: -1 });
  const driftPpm = fc.integer({ min: 1, max: 500_000 });
  return fc.oneof<fc.Arbitrary<Fault>[]>(
    onHost("crash", none),
    onHost("restart", none),
    onHost("pause", fc.record({ forNs: forNs("pause") })),
    onHost(
      "slow",
      fc.record({ share: fc.double({ min: 0.05, max: 0.999, noNaN: true }), forNs: forNs("slow") }),
    ),
    onHost(
      "clock",
      fc.oneof(
        fc.record({ stepNs }),
        fc.record({ driftPpm, forNs: forNs("clock") }),
        fc.record({ stepNs, driftPpm, forNs: forNs("clock") }),
      ),
    ),
    onHost("cable", fc.record({ forNs: forNs("cable") })),
    onLink("partition", none),
    onLink("loss", fc.record({ probability })),
    onLink("delay", fc.record({ extraNs: fc.integer({ min: 1, max: 50_000_000 }) })),
    onLink("duplicate", fc.record({ probability })),
    onLink(
      "reorder",
      fc.record(
        { probability, heldNsMax: fc.integer({ min: 1, max: 5_000_000 }) },
        { requiredKeys: ["probability"] },
      ),
    ),
    onLink("corrupt", fc.record({ probability })),
    onLink(
      "bandwidth",
      fc.record({ bandwidthBitsPerSecond: fc.integer({ min: 1_000_000, max: 1_000_000_000 }) }),
    ),
  );
}
