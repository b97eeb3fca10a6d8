// `npm run explore:parts [-- options of standin explore]` explores every part that checkpoints can be made of, one
// after the other: by default every event of a run of `kv`, with each host crashed there. A part that needs
// something of the machine is explored on a scenario that has it. Ends with 1 if one does not hold.
import { exploreEach, library } from "./explore-each.mjs";

const options = process.argv.slice(2);
const mode = options.length > 0 ? options : ["--every-step", "--host", "a", "--host", "b"];

/** Parts that `kv` cannot serve, and what can. */
const SCENARIOS = { storage: "riscv-journal", instrumented: "sqlite" };

/** Parts that cannot hold alone, and why. */
const SKIPPED = {
  "on-request": "nobody asks for checkpoints, so answers wait longer than the run",
};

const { partCatalogue } = await library();
const parts = Object.entries(partCatalogue).flatMap(([stage, ofStage]) =>
  Object.keys(ofStage)
    .slice(1)
    .map((part) => ({ stage, part })),
);
for (const { stage, part } of parts) {
  if (part in SKIPPED) console.log(`${stage}=${part}: left out: ${SKIPPED[part]}`);
}
exploreEach(
  parts
    .filter(({ part }) => !(part in SKIPPED))
    .map(({ stage, part }) => ({
      name: `${stage}=${part}`,
      args: [SCENARIOS[part] ?? "kv", "--part", `${stage}=${part}`, ...mode],
    })),
);
