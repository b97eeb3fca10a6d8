import type { Release } from "./release.ts";

/** Defects of the rules of an output gate that can be switched on one by one. */
export interface ReleaseDefects {
  /** What no rule is about leaves at once, replies with it, instead of being held. */
  readonly bypassReplies?: boolean;
}

/** The release as its defects make it; what it allows is what it was. */
export function withDefects(release: Release, { bypassReplies }: ReleaseDefects): Release {
  if (bypassReplies !== true) return release;
  const { name, mostDelayNs, bypassClients } = release;
  return {
    ...{ name, mostDelayNs, bypassClients },
    classify(packet) {
      const verdict = release.classify(packet);
      return verdict === "hold" ? "bypass" : verdict;
    },
  };
}
