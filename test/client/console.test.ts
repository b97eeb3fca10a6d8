import { expect, test } from "vitest";
import { ConsoleLine } from "../../src/guest/console-line.ts";
import { CONSOLE_CLIENT, encodeConsolePacket } from "../../src/guest/console-packet.ts";
import type { GuestImage } from "../../src/guest/guest.ts";
import { Memory } from "../../src/memory/memory.ts";
import { SparseBacking } from "../../src/memory/sparse-backing.ts";
import { ByteReader } from "../../src/sim/byte-reader.ts";
import { ByteWriter } from "../../src/sim/byte-writer.ts";
import { ms, seconds, us } from "../../src/sim/time.ts";
import { Simulation } from "../../src/simulation/simulation.ts";

const PRINTED = 8_000;
const COUNT = 0;

/** Prints a byte every 50 µs and echoes what is typed, in capitals. */
const printer: GuestImage = {
  name: "printer",
  create(services) {
    const memory = new Memory();
    memory.addRegion({
      name: "ram",
      basePage: 0,
      backing: new SparseBacking(18),
      stores: "seen",
    });
    const line = new ConsoleLine({
      memory,
      ringAddress: 4_096,
      client: CONSOLE_CLIENT,
      transmit: (packet) => services.transmit(packet),
      type: (bytes) => {
        for (const code of bytes) line.print(code - 32);
        return bytes.length;
      },
    });
    return {
      memory,
      interruptible: true,
      deliver: (packet) => {
        line.receive(packet);
      },
      run(budgetNs) {
        const count = memory.load32(COUNT);
        if (count === PRINTED) return { usedNs: 0, boundary: "idle" };
        memory.store32(COUNT, count + 1);
        line.print(48 + (count % 10));
        line.flush();
        return { usedNs: Math.min(budgetNs, us(50)), boundary: "budget" };
      },
      saveRegisters() {
        const writer = new ByteWriter();
        line.save(writer);
        return writer.finish();
      },
      loadRegisters: (bytes) => line.parse(new ByteReader(bytes))(),
    };
  },
  executions: () => new Map(),
  workload: () => ({ request: () => new Uint8Array(0) }),
};

const digits = Array.from({ length: PRINTED }, (_none, index) => index % 10).join("");

function protectedPrinter(drop = 0) {
  const simulation = new Simulation({ seed: 3 });
  const { a, b } = simulation.hosts(["a", "b"]);
  const machine = simulation.protect(printer, { primary: a, secondary: b });
  const console = simulation.console(machine);
  if (drop > 0) {
    for (const host of [a, b]) {
      const wire = simulation.clientNetwork.cable(host).up;
      const random = simulation.engine.random(`test: ${host.name}`);
      wire.addRule(() => (random.below(100) < drop ? "drop" : "pass"));
    }
  }
  return { simulation, machine, console, a, b };
}

test("console: a transcript across a failover is whole, wherever the primary dies", () => {
  for (let atMs = 103; atMs < 130; atMs += 4) {
    const { simulation, machine, console, a, b } = protectedPrinter();
    simulation.at(ms(atMs), () => a.crash());
    simulation.run({ until: seconds(2) });
    expect(machine.activeHost).toBe(b);
    expect(console.text).toBe(digits);
  }
});

test("console: output that dies with the primary's gate, its epoch committed, is sent again", () => {
  const { simulation, machine, console, a, b } = protectedPrinter();
  simulation.when("checkpoint.committed", { occurrence: 5 }).crash(a);
  simulation.run({ until: seconds(2) });
  expect(machine.activeHost).toBe(b);
  expect(console.text).toBe(digits);
});

test("console: over a lossy network the transcript is whole in the end", () => {
  const { simulation, console, a } = protectedPrinter(20);
  simulation.at(ms(200), () => a.crash());
  simulation.run({ until: seconds(4) });
  expect(console.text).toBe(digits);
});

test("console: what is typed is taken once, before and after a failover", () => {
  const { simulation, console, a } = protectedPrinter();
  simulation.at(ms(50), () => console.type("abc"));
  simulation.at(ms(140), () => {
    console.type("def");
    a.crash();
  });
  simulation.run({ until: seconds(2) });
  expect(console.text.replace(/\d/g, "")).toBe("ABCDEF");
  expect(console.text.replace(/\D/g, "")).toBe(digits);
  expect(console.allTaken).toBe(true);
  expect([...console.transcript].map((code) => String.fromCharCode(code)).join("")).toBe(
    console.text,
  );
});

test("console: a machine that prints otherwise what it had printed is reported", () => {
  const simulation = new Simulation({ seed: 3, onViolation: "record" });
  const { a, b } = simulation.hosts(["a", "b"]);
  const machine = simulation.protect(printer, { primary: a, secondary: b });
  simulation.console(machine);
  simulation.run({ until: ms(200) });
  expect(simulation.violations).toEqual([]);
  const bytes = Uint8Array.of(48, 49, 88);
  const forged = encodeConsolePacket({ client: CONSOLE_CLIENT, offset: 0, received: 0, bytes });
  simulation.clientNetwork.reply(a, forged);
  simulation.run({ until: ms(210) });
  expect(simulation.violations).toMatchObject([
    {
      name: "one-transcript",
      detail: "printer prints byte 2 again, and not as console of printer has it",
    },
  ]);
});

test("console: options and text out of range are refused", () => {
  const { simulation, machine, console } = protectedPrinter();
  expect(() => simulation.console(machine, { client: 7, poll: 0 })).toThrow("poll: expected");
  expect(() => simulation.console(machine)).toThrow("not taken");
  expect(() => console.type("a€")).toThrow('got "€" at 1');
  expect(console.allTaken).toBe(true);
});
