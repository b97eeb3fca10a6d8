/** Translations that a processor has cached besides those of the `Tlb` itself, and that go with them. */
export interface CachedTranslations {
  /** Forgets every translation, and with them every cached dirty state. */
  invalidate(): void;
  /** Forgets the translations that lead to a machine page, which may lie anywhere. */
  drop(page: number): void;
  /** Calls `visit` for each machine page to which stores go without a walk; perhaps more than once. */
  forEachWritable(visit: (page: number) => void): void;
}
