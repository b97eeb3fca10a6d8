// `npm run explore:zoo [-- options of standin explore]` hunts every member of the zoo, one after the other, on the
// scenario that has what it breaks: by default with the swarm, as the tests do. A line a member says how many runs
// it took and which check noticed. Ends with 1 if one is not found.
import { library, runExplore } from "./explore-each.mjs";

const options = process.argv.slice(2);
const { zoo } = await library();

let missed = 0;
console.log("run that found it, member and scenario, noticed by, faults");
for (const [name, { scenario = "counter" }] of Object.entries(zoo)) {
  const { status, stdout } = runExplore([scenario, "--break", name, "--json", ...options]);
  // 1 is what is looked for: something broke.
  if (status !== 0 && status !== 1) process.exit(status ?? 1);
  const { findings = [], runs } = JSON.parse(stdout);
  const [found] = findings;
  if (found === undefined) {
    missed += 1;
    console.log(`NOT FOUND in ${runs} runs: ${name} on ${scenario}`);
    continue;
  }
  const { failure, run } = found.shrunk ?? found;
  console.log(
    `${String(found.index + 1).padStart(5)}  ${`${name} on ${scenario}`.padEnd(50)}` +
      `${failure.name.padEnd(20)}${String(run.plan.faults.length).padStart(2)}`,
  );
}
process.exit(missed === 0 ? 0 : 1);
