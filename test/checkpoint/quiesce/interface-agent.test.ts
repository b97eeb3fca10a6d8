import { expect, test } from "vitest";
import { interfaceAgent } from "../../../src/checkpoint/quiesce/interface-agent.ts";
import { decodePacket } from "../../../src/guest/packet.ts";
import { riscvHypervisor } from "../../../src/guest/riscv/riscv-hypervisor.ts";
import { riscvJournal } from "../../../src/guest/riscv/riscv-journal.ts";
import { ms, us } from "../../../src/sim/time.ts";
import { InputKept } from "../../../src/verify/invariants/input-kept.ts";
import type { StandinRecord } from "../../../src/verify/standin-record.ts";
import { quiesceRig, slowMachine } from "./quiesce-rig.ts";

test("interface agent: an idle machine is at rest at once", () => {
  const { engine, begin, rest, inTime, kinds } = quiesceRig(interfaceAgent(), slowMachine());
  engine.run({ until: us(10) });
  begin();
  engine.run({ until: ms(1) });
  expect([rest.reachedAtNs, inTime()]).toEqual([us(10), [true]]);
  expect(kinds()).toEqual(["quiesce.started", "input.refused", "quiesce.reached"]);
});

test("interface agent: a machine finishes what it has begun, and what comes waits in its order", () => {
  const { engine, vm, sent, begin, end, rest, request, running } = quiesceRig(
    interfaceAgent(),
    slowMachine(),
  );
  const numbers = () => sent.map((packet) => decodePacket(packet)?.number);
  request();
  request();
  engine.run({ until: us(50) });
  begin();
  engine.run({ until: us(60) });
  request();
  engine.run({ until: ms(1) });
  expect(rest.reachedAtNs).toBeGreaterThan(us(250));
  expect(rest.reachedAtNs).toBeLessThan(us(400));
  expect([numbers(), running.inbox.length, vm.idle]).toEqual([[1], 2, true]);
  end();
  engine.run({ until: ms(3) });
  expect(numbers()).toEqual([1, 2, 3]);
  // Nothing happens a second time.
  end();
  engine.run({ until: ms(4) });
  expect(running.inbox.length).toBe(0);
});

test("interface agent: a machine with interrupts has written and answered all that it took", () => {
  const { engine, vm, sent, begin, inTime, request, running } = quiesceRig(
    interfaceAgent(),
    riscvJournal(),
  );
  request(1);
  engine.run({ until: us(100) });
  begin();
  engine.run({ until: us(110) });
  request(1);
  engine.run({ until: ms(3) });
  expect([inTime(), vm.idle, vm.guest.storage?.activeRequests]).toEqual([[true], true, 0]);
  expect(sent.map((packet) => decodePacket(packet)?.number)).toEqual([1]);
  expect(running.inbox.length).toBe(1);
});

test("interface agent: a machine that never waits is taken where it is when the time is over", () => {
  const { engine, begin, rest, inTime } = quiesceRig(
    interfaceAgent({ mostNs: ms(2) }),
    riscvHypervisor(),
  );
  engine.run({ until: ms(1) });
  begin();
  engine.run({ until: ms(10) });
  expect([rest.reachedAtNs, inTime()]).toEqual([ms(3), [false]]);
});

test("interface agent: time in which the host stands still does not count", () => {
  const { engine, host, begin, rest, inTime } = quiesceRig(
    interfaceAgent({ mostNs: ms(2) }),
    riscvHypervisor(),
  );
  engine.run({ until: ms(1) });
  begin();
  engine.run({ until: ms(2) });
  host.pause();
  engine.run({ until: ms(50) });
  host.resume();
  engine.run({ until: ms(60) });
  expect([rest.reachedAtNs, inTime()]).toEqual([ms(51), [false]]);
});

test("interface agent: when it is cut short the machine takes its input all the same", () => {
  const { engine, sent, begin, end, request } = quiesceRig(interfaceAgent(), slowMachine());
  request();
  engine.run({ until: us(50) });
  const beginning = begin();
  engine.run({ until: us(60) });
  request();
  beginning.kill();
  end();
  engine.run({ until: ms(2) });
  expect(sent).toHaveLength(2);
});

test("interface agent: one that throws away what arrives is noticed", () => {
  for (const [broken, left, detail] of [
    [{}, 1, undefined],
    [
      { quiescedInputDropped: true },
      0,
      "0 packets wait for m on a when it takes input again; 1 should",
    ],
  ] as const) {
    const { engine, begin, end, request, running, records } = quiesceRig(
      interfaceAgent({ broken }),
      slowMachine(),
    );
    engine.run({ until: us(10) });
    begin();
    engine.run({ until: us(20) });
    request();
    engine.trace.emit({
      kind: "link.delivered",
      from: "client switch",
      to: "a",
      port: "m",
      bytes: 8,
    });
    end();
    const invariant = new InputKept();
    const found = records().map((record) => invariant.observe(record as unknown as StandinRecord));
    expect(found.at(-1)).toBe(detail);
    expect(running.inbox.length).toBe(left);
  }
});

test("interface agent: it says what it is and refuses a limit that is none", () => {
  expect(interfaceAgent().name).toBe("interface agent, at most 5 ms");
  for (const mostNs of [0, 1.5, Number.NaN]) {
    expect(() => interfaceAgent({ mostNs })).toThrow(
      expect.objectContaining({
        code: "QUIESCE_OPTION",
        message: `mostNs: expected a whole number of at least 1, got ${mostNs}`,
      }),
    );
  }
});
