import { expect, test } from "vitest";
import { profileNamed, profiles } from "../../src/cli/profile-catalogue.ts";
import { UsageError } from "../../src/cli/usage-error.ts";
import { modern } from "../../src/host/profiles/modern.ts";

test("profile catalogue: every profile is found by its name, the default one is first", () => {
  expect(profiles[0]).toBe(modern);
  for (const profile of profiles) expect(profileNamed("--profile", profile.name)).toBe(profile);
});

test("profile catalogue: an unknown name lists the known ones", () => {
  expect(() => profileNamed("--profile", "pdp11")).toThrow(
    new UsageError('--profile: expected one of modern, remus2008, got "pdp11"'),
  );
});
