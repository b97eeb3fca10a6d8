import { counterScenario } from "./counter.ts";
import { keyValueScenario } from "./key-value.ts";
import { migrateByGroupsScenario, migratePostCopyScenario, migrateScenario } from "./migrate.ts";
import { muncherScenario } from "./muncher.ts";
import { riscvJournalScenario } from "./riscv-journal.ts";
import { riscvKeyValueScenario } from "./riscv-key-value.ts";
import { riscvNestedScenario } from "./riscv-nested.ts";
import type { Scenario } from "./scenario.ts";
import { twinsScenario } from "./twins.ts";
import { wideCounterScenario } from "./wide-counter.ts";

/** The scenarios that come with the library, known by their names. */
export const builtInScenarios: readonly Scenario[] = [
  counterScenario,
  keyValueScenario,
  riscvKeyValueScenario,
  riscvJournalScenario,
  riscvNestedScenario,
  muncherScenario,
  twinsScenario,
  wideCounterScenario,
  migrateScenario,
  migratePostCopyScenario,
  migrateByGroupsScenario,
];
