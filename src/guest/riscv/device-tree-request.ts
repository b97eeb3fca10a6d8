import { StandinRangeError, StandinTypeError } from "../../sim/errors.ts";
import { type AddressRange, rangeHolds, rangesOverlap, shownRange } from "./loaded-image.ts";

/** Longest command line, in characters: one less than what Linux keeps. */
export const COMMAND_LINE_CHARACTERS_MAX = 1023;

/**
 * Refuses what is no command line.
 *
 * @throws StandinRangeError `COMMAND_LINE` for one too long or not printable ASCII; StandinTypeError
 *   `COMMAND_LINE` for what is no text.
 */
export function expectCommandLine(commandLine: string): void {
  if (typeof commandLine !== "string") {
    throw new StandinTypeError(
      "COMMAND_LINE",
      `expected a command line of text, got ${typeof commandLine}`,
    );
  }
  if (commandLine.length > COMMAND_LINE_CHARACTERS_MAX) {
    throw new StandinRangeError(
      "COMMAND_LINE",
      `expected a command line of at most ${COMMAND_LINE_CHARACTERS_MAX} characters, got ${commandLine.length}`,
    );
  }
  const at = commandLine.search(/[^\x20-\x7e]/);
  if (at < 0) return;
  throw new StandinRangeError(
    "COMMAND_LINE",
    `expected a command line of printable ASCII, got U+${commandLine.charCodeAt(at).toString(16).padStart(4, "0")} at character ${at}`,
  );
}

/**
 * Refuses ranges that cannot be kept free.
 *
 * @throws StandinRangeError `RESERVED_RANGE` for one that is empty, not in memory or over another one.
 */
export function expectReservedRanges(ranges: readonly AddressRange[], memory: AddressRange): void {
  for (const [index, range] of ranges.entries()) {
    const isRange = Number.isSafeInteger(range.address) && Number.isSafeInteger(range.sizeBytes);
    if (!isRange || range.sizeBytes < 1 || !rangeHolds(memory, range)) {
      throw new StandinRangeError(
        "RESERVED_RANGE",
        `expected a reserved range within the memory of ${shownRange(memory)}, got ${shownRange(range)}`,
      );
    }
    const other = ranges.slice(0, index).find((each) => rangesOverlap(each, range));
    if (other === undefined) continue;
    throw new StandinRangeError(
      "RESERVED_RANGE",
      `expected reserved ranges apart from each other, got ${shownRange(range)} over ${shownRange(other)}`,
    );
  }
}

/**
 * Refuses wishes that only a device tree could tell the program, where there is none.
 *
 * @throws StandinRangeError `DEVICE_TREE_ABSENT`.
 */
export function expectNoTreeRequest(
  commandLine: string,
  reservedRanges: readonly AddressRange[],
): void {
  if (commandLine === "" && reservedRanges.length === 0) return;
  const given = commandLine === "" ? `${reservedRanges.length} reserved ranges` : "a command line";
  throw new StandinRangeError(
    "DEVICE_TREE_ABSENT",
    `expected nothing to be told without a device tree, got ${given}`,
  );
}
