import { pairHistory } from "../../verify/history/pair-history.ts";
import { HISTORY_CHARS_MAX, parseHistory } from "../../verify/history/parse-history.ts";
import {
  checkHistory,
  DEFAULT_MAX_STEPS,
  MAX_STEPS_MAX,
} from "../../verify/linearizability/check-history.ts";
import type { CheckResult } from "../../verify/linearizability/check-result.ts";
import { describeResult } from "../../verify/linearizability/describe-result.ts";
import { type ModelName, models } from "../../verify/linearizability/models.ts";
import { parseArguments } from "../arguments.ts";
import type { Command } from "../command.ts";
import { parseCount } from "../count.ts";
import { EXIT } from "../exit-code.ts";
import { readInput } from "../input-file.ts";
import { UsageError } from "../usage-error.ts";

const NAMES = Object.keys(models) as ModelName[];

const help = `usage: standin check-history FILE --model NAME [options]

Checks whether a history is linearizable: whether every operation can have taken effect at one
moment between its call and its return, so that one object gives all the answers that clients got.

FILE holds the history in Jepsen's form: a JSON array of entries, or one entry a line, such as
  {"process": 0, "type": "invoke", "f": "write", "value": 3}
  {"process": 0, "type": "ok", "f": "write", "value": 3}

options
  --model NAME     what the object is: ${NAMES.join(", ")}
  --max-steps N    steps after which the search gives up, 1 to ${MAX_STEPS_MAX}
                   (default ${DEFAULT_MAX_STEPS})
  --json           print one JSON object instead
  --help           print this text

examples
  standin check-history history.json --model cas-register
  standin check-history history.ndjson --model key-value --json

exit codes
  0    linearizable
  1    not linearizable
  2    there is no such history: unreadable, damaged, a reply without a call
  3    unknown: the steps were used up
`;

/** `standin check-history`: whether one object can have answered so. */
export const checkHistoryCommand: Command = {
  name: "check-history",
  summary: "check whether a history of calls and replies is linearizable",
  help,
  run(args, io) {
    const { values, positionals } = parseArguments(args, {
      model: { type: "string" },
      "max-steps": { type: "string" },
      json: { type: "boolean" },
    });
    const [file, extra] = positionals;
    if (file === undefined) throw new UsageError("FILE: expected one, got none");
    if (extra !== undefined) throw new UsageError(`FILE: expected one, got also "${extra}"`);
    const model = models[modelName(values.model)];
    const max = values["max-steps"];
    const maxSteps =
      max === undefined ? DEFAULT_MAX_STEPS : parseCount("--max-steps", max, 1, MAX_STEPS_MAX);
    const history = parseHistory(readInput(file, io.cwd, HISTORY_CHARS_MAX));
    const result = checkHistory(history, model, { maxSteps });
    const operations = pairHistory(history).length;
    io.stdout(
      `${values.json === true ? JSON.stringify(report(result, operations)) : describeResult(result)}\n`,
    );
    return Promise.resolve(EXIT_CODES[result.verdict]);
  },
};

const EXIT_CODES: { readonly [Verdict in CheckResult["verdict"]]: number } = {
  linearizable: EXIT.clean,
  "not-linearizable": EXIT.violated,
  unknown: EXIT.incomplete,
};

function modelName(given: string | undefined): ModelName {
  const name = NAMES.find((each) => each === given);
  if (name !== undefined) return name;
  const got = given === undefined ? "none" : `"${given}"`;
  throw new UsageError(`--model: expected one of ${NAMES.join(", ")}, got ${got}`);
}

/** Plain data; operations are named by the index of their call, so that they are not told twice. */
function report(result: CheckResult, operations: number): object {
  const { model, verdict, steps } = result;
  const common = { model, verdict, operations, steps };
  switch (result.verdict) {
    case "linearizable":
      return { ...common, order: result.order };
    case "unknown":
      return { ...common, maxSteps: result.maxSteps };
    case "not-linearizable": {
      const failures = result.failures.map(({ key, stuck, partials }) => {
        return { ...(key === undefined ? {} : { key }), stuck, partials };
      });
      return { ...common, failures };
    }
  }
}
