import { checkpoint } from "./checkpoint.ts";

/** All protection schemes, by name. */
export const schemes: { readonly checkpoint: typeof checkpoint } = { checkpoint };
