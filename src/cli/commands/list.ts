import { fenceCatalogue } from "../../cluster/fencing/fences.ts";
import { LINE_WIDTH_MAX } from "../../report/style.ts";
import { wrappedText } from "../../report/wrapped-text.ts";
import { partCatalogue } from "../../schemes/part-catalogue.ts";
import { stages } from "../../schemes/part-choice.ts";
import { schemeCatalogue } from "../../schemes/scheme-catalogue.ts";
import { zoo, zooNames } from "../../verify/zoo.ts";
import { parseArguments } from "../arguments.ts";
import type { Command } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { profiles } from "../profile-catalogue.ts";
import { scenarios } from "../scenario-catalogue.ts";
import { UsageError } from "../usage-error.ts";

/** `standin list`: what can be run, on which hardware, and what can be broken on purpose. */
export const listCommand: Command = {
  name: "list",
  summary: "list the scenarios, hardware profiles, schemes, parts, fences and defects of the zoo",
  help: `usage: standin list [--json]

Lists the scenarios that standin run knows by name, the hardware profiles, the protection
schemes, the parts that checkpoints can be made of, stage by stage, the fences, and the zoo: what
can be broken on purpose in the library, to see that the checks notice. The first scheme, the first
part of a stage and, for most scenarios, the first fence is taken if none is chosen.

options
  --json   one JSON object: scenarios, profiles, schemes, parts, fences, zoo: names and descriptions
  --help   print this text

examples
  standin list
  standin list --json
`,
  run(args, io) {
    const { values, positionals } = parseArguments(args, { json: { type: "boolean" } });
    const [extra] = positionals;
    if (extra !== undefined) throw new UsageError(`expected no arguments, got "${extra}"`);
    const about = (each: { name: string; description: string }): Row => {
      return { name: each.name, description: each.description };
    };
    const lists = {
      scenarios: scenarios.map(about),
      profiles: profiles.map(about),
      schemes: Object.entries(schemeCatalogue).map(([name, { about, source }]) => {
        return { name, description: `${about} (${source})` };
      }),
      parts: stages.flatMap((stage) =>
        Object.entries(partCatalogue[stage]).map(([name, { about, source }]) => {
          return { name: `${stage}=${name}`, description: `${about} (${source})` };
        }),
      ),
      fences: Object.entries(fenceCatalogue).map(([name, { about }]) => {
        return { name, description: about };
      }),
      zoo: zooNames.map((name) => ({ name, description: zoo[name].what })),
    };
    io.stdout(
      values.json === true
        ? `${JSON.stringify(lists)}\n`
        : `scenarios (standin run SCENARIO)\n${table(lists.scenarios)}\n` +
            `profiles (--profile NAME)\n${table(lists.profiles)}\n` +
            `schemes (--scheme NAME)\n${table(lists.schemes)}\n` +
            `parts (--part STAGE=NAME; the first of a stage is its baseline)\n${table(lists.parts)}\n` +
            `fences (--fence NAME)\n${table(lists.fences)}\n` +
            `zoo (standin explore SCENARIO --break NAME)\n${table(lists.zoo)}`,
    );
    return Promise.resolve(EXIT.clean);
  },
};

interface Row {
  readonly name: string;
  readonly description: string;
}

function table(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ name }) => name.length));
  return rows
    .flatMap(({ name, description }) =>
      wrappedText(description, LINE_WIDTH_MAX - width - 4).map(
        (line, index) => `  ${(index === 0 ? name : "").padEnd(width)}  ${line}\n`,
      ),
    )
    .join("");
}
