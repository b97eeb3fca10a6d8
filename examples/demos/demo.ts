import type { Style } from "standin";

/** What a demo has to show itself with. */
export interface DemoStage {
  /** Prints a line, or several. */
  readonly print: (text: string) => void;
  /** Colours for a terminal, none for anything else. */
  readonly style: Style;
  /** Where to write a Chrome Trace; without it nothing is written to disk. */
  readonly trace: string | undefined;
}

/** Something to look at, with a result that is checked. */
export interface Demo {
  readonly name: string;
  /** One line for the list of demos. */
  readonly about: string;
  /** @returns False if anything that it compares is not as it must be. */
  run(stage: DemoStage): Promise<boolean>;
}
