import { existsSync, readFileSync } from "node:fs";
import { ms, Simulation } from "standin";
import { expect, test } from "vitest";
import { LINUX_IMAGE_PATH } from "../../examples/linux/kernel.ts";
import loadScenario from "../../examples/linux-compile/scenario.ts";

const SAYS = "build: round ";

/** What the machine prints, its host killed in the middle of a round if wanted. */
function printed(crashNs?: number): string[] {
  const simulation = new Simulation({ seed: 1 });
  loadScenario().build(simulation, {});
  if (crashNs !== undefined) simulation.at(crashNs, () => simulation.host("a").crash());
  simulation.run({ until: ms(900) });
  const [console] = simulation.consoles;
  const lines = Buffer.from(console!.transcript).toString().split("\n");
  return lines.filter((line) => line.startsWith(SAYS));
}

test("linux-compile: every round comes to the same, across a failover; without its kernel it says what to do", () => {
  // built, not committed
  if (!existsSync(LINUX_IMAGE_PATH) || !readFileSync(LINUX_IMAGE_PATH).includes(SAYS)) {
    expect(loadScenario).toThrow("npm run build:linux");
    return;
  }
  const rounds = printed();
  expect(rounds.length).toBeGreaterThanOrEqual(2);
  for (const line of rounds) expect(line).toMatch(/^build: round \d+ checksum 3649797686\r?$/);
  const across = printed(ms(520));
  expect(across.length).toBeGreaterThanOrEqual(2);
  expect(across).toEqual(rounds.slice(0, across.length));
});
