// `npm run explore:schemes [-- options of standin explore]` explores every protection scheme of the catalogue on
// `kv`, `sqlite` and `riscv-kv`, one after the other: by default every event of a run with each of the pair crashed
// there, of `sqlite` and `riscv-kv` in a short run. Ends with 1 if one does not hold.
import { exploreEach, library } from "./explore-each.mjs";

const options = process.argv.slice(2);
const PAIR = ["--every-step", "--host", "a", "--host", "b"];

/** What each scenario is explored with unless options are given. */
const SCENARIOS = {
  kv: PAIR,
  sqlite: [...PAIR, "--requests", "8", "--until", "60ms"],
  "riscv-kv": [...PAIR, "--requests", "12", "--until", "100ms"],
};

const { schemeCatalogue } = await library();
exploreEach(
  Object.entries(SCENARIOS).flatMap(([scenario, mode]) =>
    Object.keys(schemeCatalogue).map((scheme) => ({
      name: `${scenario}, ${scheme}`,
      args: [scenario, "--scheme", scheme, ...(options.length > 0 ? options : mode)],
    })),
  ),
);
