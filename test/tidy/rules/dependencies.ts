/** The parts of a package.json that this rule reads. */
export interface PackageManifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

const EXACT = /^(npm:[@\w./-]+@)?\d+\.\d+\.\d+$/;

/**
 * Finds runtime dependencies, peers that are not optional, development dependencies that float, and download
 * addresses in the lockfile.
 */
export function findDependencies(manifest: PackageManifest, lockfile: string): string[] {
  const findings: string[] = [];
  const runtime = { ...manifest.dependencies, ...manifest.optionalDependencies };
  for (const name of Object.keys(runtime)) {
    findings.push(`package.json:1: the library has no dependencies, found ${name}`);
  }
  for (const name of Object.keys(manifest.peerDependencies ?? {})) {
    if (manifest.peerDependenciesMeta?.[name]?.optional === true) continue;
    findings.push(`package.json:1: expected ${name} to be an optional peer`);
  }
  for (const [name, version] of Object.entries(manifest.devDependencies ?? {})) {
    if (!EXACT.test(version)) {
      findings.push(`package.json:1: expected an exact version of ${name}, got ${version}`);
    }
  }
  if (/"resolved": "https?:/.test(lockfile)) {
    findings.push("package-lock.json:1: holds addresses of a package registry");
  }
  return findings;
}
