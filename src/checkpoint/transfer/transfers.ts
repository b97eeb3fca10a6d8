import { groups, packets } from "./transfer.ts";

/** All ways to transfer a checkpoint, by name. */
export const transfers: {
  readonly groups: typeof groups;
  readonly packets: typeof packets;
} = { groups, packets };
