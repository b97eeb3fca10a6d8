import type { Memory } from "../../memory/memory.ts";
import type { GroupMessage } from "../message.ts";
import type { Refusal } from "./refusal.ts";

/**
 * Why groups of a checkpoint cannot be applied to a memory, if they cannot.
 *
 * @param regionPages Pages that the regions are going to have, in the order of the memory's regions.
 */
export function misfit(
  groups: Iterable<GroupMessage>,
  regionPages: readonly number[],
  { regions }: Memory,
): Refusal | undefined {
  if (regionPages.length !== regions.length) return "regions do not match";
  for (const [index, region] of regions.entries()) {
    const pageCount = regionPages[index]!;
    if (pageCount < region.pageCount || pageCount > region.maxPages) return "regions do not match";
  }
  const inside = (page: number): boolean =>
    regions.some(
      ({ basePage }, index) => page >= basePage && page < basePage + regionPages[index]!,
    );
  for (const { pages } of groups) {
    if (!pages.every(({ page }) => inside(page))) return "page outside memory";
  }
  return undefined;
}
