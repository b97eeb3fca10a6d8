import type { Model } from "./model.ts";
import { bank } from "./models/bank.ts";
import { casRegister } from "./models/cas-register.ts";
import { counter } from "./models/counter.ts";
import { keyValue } from "./models/key-value.ts";
import { queue } from "./models/queue.ts";
import { register } from "./models/register.ts";

/** Names of the models that the library has. */
export type ModelName = "register" | "cas-register" | "key-value" | "counter" | "queue" | "bank";

/** The library's models by name, each with its defaults. */
export const models: Readonly<Record<ModelName, Model>> = {
  register: register(),
  "cas-register": casRegister(),
  "key-value": keyValue(),
  counter: counter(),
  queue: queue(),
  bank: bank(),
};
