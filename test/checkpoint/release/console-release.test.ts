// covers src/checkpoint/release/gate-rules.ts, src/checkpoint/release/at-commit.ts
import { expect, test } from "vitest";
import type { CheckpointOptions } from "../../../src/checkpoint/options.ts";
import { atCommit } from "../../../src/checkpoint/release/at-commit.ts";
import { gateRules } from "../../../src/checkpoint/release/gate-rules.ts";
import type { Release } from "../../../src/checkpoint/release/release.ts";
import { triggers } from "../../../src/checkpoint/trigger/triggers.ts";
import { parseElf } from "../../../src/guest/riscv/elf.ts";
import { decodeBase64 } from "../../../src/guest/riscv/images/base64.ts";
import { timerEchoImage } from "../../../src/guest/riscv/images/timer-echo.ts";
import { riscvGuest } from "../../../src/guest/riscv/riscv-guest.ts";
import { checkpoint } from "../../../src/schemes/checkpoint.ts";
import { ms } from "../../../src/sim/time.ts";
import { Simulation } from "../../../src/simulation/simulation.ts";

/** A RISC-V machine that echoes what is typed on its console. */
function echo(options: CheckpointOptions) {
  const simulation = new Simulation({ seed: 3, onViolation: "record" });
  const { a, b } = simulation.hosts(["a", "b"]);
  const image = riscvGuest({
    name: "echo",
    image: parseElf(decodeBase64(timerEchoImage)),
    memoryBytes: 1 << 20,
  });
  const scheme = checkpoint(options);
  const machine = simulation.protect(image, { primary: a, secondary: b, scheme });
  const console = simulation.console(machine, { poll: ms(5) });
  let checkpoints = 0;
  simulation.trace.addSink({
    record(_atNs, _position, { kind }) {
      if (kind === "checkpoint.started") checkpoints += 1;
    },
  });
  return { simulation, machine, console, a, b, checkpoints: () => checkpoints };
}

/** Types before the primary dies and after; what the console has of it in the end. */
function typed(release: Release) {
  const on = echo({ interval: ms(25), release });
  on.simulation.at(ms(57), () => on.console.type("early"));
  on.simulation.at(ms(70), () => on.a.crash());
  on.simulation.at(ms(250), () => on.console.type("late"));
  on.simulation.run({ until: ms(400) });
  expect(on.machine.activeHost).toBe(on.b);
  return { text: on.console.text, allTaken: on.console.allTaken };
}

test("console release: receipts that are deferred make fewer checkpoints", () => {
  const trigger = triggers.heldOutput({ mostNs: ms(100) });
  const checkpoints = (release: Release): number => {
    const on = echo({ trigger, release });
    on.simulation.run({ until: ms(200) });
    return on.checkpoints();
  };
  const before = checkpoints(atCommit());
  const rules = [gateRules.receipts(), gateRules.fragments()];
  // a poll every 5 ms is answered by a receipt
  expect(before).toBeGreaterThan(35);
  expect(checkpoints(atCommit({ rules, mostDelayNs: ms(24) }))).toBeLessThan(before / 4);
});

test("console release: with receipts deferred nothing that was typed is lost", () => {
  const release = atCommit({ rules: [gateRules.receipts(), gateRules.fragments()] });
  const { text, allTaken } = typed(release);
  expect(text).toContain("earlylate");
  expect(allTaken).toBe(true);
});

test("console release: had receipts bypassed, what was typed would be lost, and the line stuck", () => {
  const receipts = gateRules.receipts();
  const unsafe: Release = {
    ...atCommit(),
    classify: (packet) => (receipts.matches(packet) ? "bypass" : "hold"),
  };
  const { text, allTaken } = typed(unsafe);
  expect(text).not.toContain("late");
  expect(allTaken).toBe(false);
});
