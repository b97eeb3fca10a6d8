import type { HardwareProfile } from "../host/hardware-profile.ts";
import { modern } from "../host/profiles/modern.ts";
import { remus2008 } from "../host/profiles/remus2008.ts";
import { UsageError } from "./usage-error.ts";

/** All hardware profiles that the command line knows, the default one first. */
export const profiles: readonly HardwareProfile[] = [modern, remus2008];

/**
 * The profile of that name.
 *
 * @throws UsageError when there is none; the message names those that there are.
 */
export function profileNamed(option: string, name: string): HardwareProfile {
  const profile = profiles.find((each) => each.name === name);
  if (profile !== undefined) return profile;
  const names = profiles.map((each) => each.name).join(", ");
  throw new UsageError(`${option}: expected one of ${names}, got "${name}"`);
}
