/** Which machine, seen from which host, in which term. */
type OfMigration = { readonly machine: string; readonly host: string; readonly term: number };

/** What moving machines write to the trace, beside what handovers and checkpoints do. */
export type MigrationRecord =
  // Whoever orders it; `host` is the one that the machine is to leave
  | ({ readonly kind: "migration.ordered"; to: string; how: string } & OfMigration)
  // The host that the machine leaves
  | ({ readonly kind: "migration.started"; to: string; how: string } & OfMigration)
  | ({ readonly kind: "migration.summoned"; to: string } & OfMigration)
  | ({
      readonly kind: "migration.round";
      round: number;
      /** Known to differ when it begins. */
      pages: number;
      bitsPerSecond: number;
    } & OfMigration)
  | ({
      readonly kind: "migration.round-over";
      round: number;
      pages: number;
      bytes: number;
      /** Left for the next round, because they were written in this one before they were sent. */
      skipped: number;
      /** Written while it lasted, each counted once. */
      dirtied: number;
      dirtyBitsPerSecond: number;
      tookNs: number;
    } & OfMigration)
  | ({ readonly kind: "migration.stopped"; pages: number } & OfMigration)
  | ({ readonly kind: "migration.stayed"; reason: string } & OfMigration)
  | ({ readonly kind: "migration.serving-pages"; pages: number } & OfMigration)
  | ({ readonly kind: "migration.left" } & OfMigration)
  // The host that it comes to
  | ({ readonly kind: "migration.ready"; from: string } & OfMigration)
  | ({ readonly kind: "migration.applied"; pages: number } & OfMigration)
  | ({ readonly kind: "migration.received"; from: string; pages: number } & OfMigration)
  | ({ readonly kind: "page.awaited"; page: number } & OfMigration)
  | ({ readonly kind: "page.fetched"; page: number; waitNs: number } & OfMigration)
  | ({
      readonly kind: "migration.whole";
      epoch: number;
      epochTerm: number;
      /** Of all pages as they came, and of the registers that the machine went on with. */
      digest: string;
      /** For how many of its pages the machine had to wait. */
      awaited: number;
    } & OfMigration);
