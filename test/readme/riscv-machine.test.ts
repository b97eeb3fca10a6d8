import { readFileSync } from "node:fs";
import { ms, Simulation, seconds } from "standin";
import { parseElf, riscvGuest } from "standin/guests";
import { expect, test } from "vitest";

test("riscv machine: the example of docs/guests.md prints what it says, on the stand-in", () => {
  const image = riscvGuest({
    name: "sort",
    image: parseElf(readFileSync("guests/riscv/bin/sort.elf")),
    memoryBytes: 1 << 20,
  });
  const sim = new Simulation({ seed: 1 });
  const { a, b } = sim.hosts(["a", "b"]);
  const machine = sim.protect(image, { primary: a, secondary: b });
  const console = sim.console(machine);
  sim.at(ms(50), () => a.crash());
  sim.run({ until: seconds(1) });

  expect(console.text).toBe("sort: rounds 10 words 4096 checksum 0xfd5479cd\n");
  expect(machine.activeHost).toBe(b);
});
