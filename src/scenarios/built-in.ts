import { arrayFenceScenario } from "./array-fence.ts";
import { counterScenario } from "./counter.ts";
import { diceScenario } from "./dice.ts";
import { diskReaderScenario } from "./disk-reader.ts";
import { duplicateScenario } from "./duplicate.ts";
import { evacuationScenario } from "./evacuation.ts";
import { keyValueScenario } from "./key-value.ts";
import { ledgerScenario } from "./ledger.ts";
import { migrateByGroupsScenario, migratePostCopyScenario, migrateScenario } from "./migrate.ts";
import { muncherScenario } from "./muncher.ts";
import { pooledScenario } from "./pooled.ts";
import { powerDuelScenario } from "./power-duel.ts";
import { powerFenceScenario } from "./power-fence.ts";
import { riscvJournalScenario } from "./riscv-journal.ts";
import { riscvKeyValueScenario } from "./riscv-key-value.ts";
import { riscvNestedScenario } from "./riscv-nested.ts";
import type { Scenario } from "./scenario.ts";
import { riscvStartProtectionScenario, startProtectionScenario } from "./start-protection.ts";
import { twinsScenario } from "./twins.ts";
import { twoHartsScenario } from "./two-harts.ts";
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
  evacuationScenario,
  diskReaderScenario,
  diceScenario,
  twoHartsScenario,
  ledgerScenario,
  pooledScenario,
  duplicateScenario,
  powerFenceScenario,
  powerDuelScenario,
  arrayFenceScenario,
  startProtectionScenario,
  riscvStartProtectionScenario,
  migrateScenario,
  migratePostCopyScenario,
  migrateByGroupsScenario,
];
