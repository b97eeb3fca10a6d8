import { interfaceAgent } from "./interface-agent.ts";
import { none } from "./none.ts";
import { storage } from "./storage.ts";

/** All that may come to rest before a machine is stopped for a checkpoint, by name. */
export const quiesces: {
  readonly none: typeof none;
  readonly interfaceAgent: typeof interfaceAgent;
  readonly storage: typeof storage;
} = { none, interfaceAgent, storage };
