/** An entry of package-lock.json, as far as it matters here. */
export interface LockEntry {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

export interface Lock {
  packages: Record<string, LockEntry | undefined>;
}

/** Finds the optional dependencies that a lock names but does not hold, each with the entry that it should have. */
export function findMissing({ packages }: Lock): { path: string; entry: LockEntry }[] {
  const missing = new Map<string, LockEntry>();
  for (const [parent, holder] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(holder?.optionalDependencies ?? {})) {
      if (listPlaces(parent, name).some((path) => packages[path] !== undefined)) continue;
      const path = `node_modules/${name}`;
      const { cpu, libc, os } = toPlatform(name);
      // In npm's own order of keys, so that npm finds nothing to rewrite.
      missing.set(path, {
        version,
        cpu,
        ...(holder?.dev === true && { dev: true }),
        ...(libc && { libc }),
        optional: true,
        os,
      });
    }
  }
  return [...missing].map(([path, entry]) => ({ path, entry }));
}

/** Where Node would look for a package, from its user upwards. */
function listPlaces(parent: string, name: string): string[] {
  const places = [`node_modules/${name}`];
  for (
    let folder = parent;
    folder !== '';
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))
  ) {
    places.push(`${folder}/node_modules/${name}`);
  }
  return places;
}

/** Reads the platform off a name such as `binding-linux-x64-musl`; every such package is named that way. */
function toPlatform(name: string): { os: string[]; cpu: string[]; libc: string[] | undefined } {
  const match = /(android|darwin|freebsd|linux|openharmony|win32)-([a-z0-9]+)(?:-([a-z]+))?$/.exec(name);
  if (match === null) throw new Error(`no platform can be read off the name ${name}`);
  const [, os = '', cpu = '', abi = ''] = match;
  const libc = abi.startsWith('musl') ? 'musl' : 'glibc';
  return { os: [os], cpu: [cpu], libc: os === 'linux' ? [libc] : undefined };
}
