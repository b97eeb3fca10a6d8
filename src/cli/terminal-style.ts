import { styleText } from "node:util";
import { plain, type Style, type Tone } from "../report/style.ts";
import type { CommandIo } from "./command-io.ts";

type Format = Parameters<typeof styleText>[0];

const FORMATS: { readonly [Key in Tone]: Format } = {
  good: "green",
  bad: "red",
  warning: "yellow",
  quiet: "dim",
  strong: "bold",
};

/**
 * Colours for a terminal, none for anything else. `FORCE_COLOR` and `NO_COLOR` overrule, the first one
 * both, as in Node itself.
 */
export function terminalStyle({ env, isTerminal }: Pick<CommandIo, "env" | "isTerminal">): Style {
  if (!isColoured(env, isTerminal)) return plain;
  return (tone, text) => styleText(FORMATS[tone], text, { validateStream: false });
}

function isColoured(env: CommandIo["env"], isTerminal: boolean): boolean {
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  if ((env["NO_COLOR"] ?? "") !== "") return false;
  return isTerminal && env["TERM"] !== "dumb";
}
