import { isPromise } from 'node:util/types';
import { createRequire } from 'node:module';
import type Database from 'better-sqlite3';
import { messageOf, MirrorError } from '../errors/mirror-error.ts';
import { FILE_IN_FOLDER_HINT, describeOddFile, toRealPath } from '../lib/files.ts';
import { listNamesIn } from './leftovers.ts';
import { toSafeWords } from '../lib/safe-text.ts';
import { codeOf } from '../lib/system-errors.ts';

/** The class that better-sqlite3 exports. */
type Engine = typeof Database;

/**
 * The packages that may contain better-sqlite3. npm installs those that the running Node accepts. No version suits
 * every Node: only 13 works on Node 24.19 and later, and it does not run on Node 20.
 */
export const ENGINE_PACKAGES = ['better-sqlite3-node22', 'better-sqlite3'] as const;
export type EnginePackage = (typeof ENGINE_PACKAGES)[number];

/** An installed engine. */
export interface InstalledEngine {
  readonly name: EnginePackage;
  readonly version: string;
}

/** The properties of the running Node that matter to an engine: two strings of `process.versions`. */
export interface NodeVersions {
  readonly node: string;
  /** The version of Node-API. */
  readonly napi: string;
}

/** Version 13 requires this version of Node-API: Node 22.14, 23.6, and every release since 24. */
const NODE_API_OF_13 = 10;
/** Since this version, Node aborts when it garbage-collects a statement of version 12 or earlier. */
const ABORTS_FROM = { major: 24, minor: 19 };

/** Why an engine must not be used with this Node; null if it is safe. */
function findFault({ version }: InstalledEngine, { node, napi }: NodeVersions): string | null {
  const [major = 0, minor = 0] = node.split('.').map(Number);
  if (Number.parseInt(version, 10) >= 13)
    return Number(napi) < NODE_API_OF_13 ? `crashes on Node ${node} when it is loaded` : null;
  const aborts = major > ABORTS_FROM.major || (major === ABORTS_FROM.major && minor >= ABORTS_FROM.minor);
  return aborts ? `can abort on Node ${node} at any time` : null;
}

/** Lists the safe engines among those installed, best first. Throws an ENGINE_... error if there is none. */
export function pickEngines(
  installed: readonly InstalledEngine[],
  versions: NodeVersions,
): readonly InstalledEngine[] {
  if (installed.length === 0)
    throw new MirrorError('ENGINE_MISSING', `No SQLite engine is installed for Node ${versions.node}.`);
  const sound = installed.filter((engine) => findFault(engine, versions) === null);
  if (sound.length > 0)
    return sound.toSorted((a, b) => Number.parseInt(b.version, 10) - Number.parseInt(a.version, 10));
  const faults = installed.map(
    (engine) => `better-sqlite3 ${engine.version} ${String(findFault(engine, versions))}`,
  );
  throw new MirrorError('ENGINE_UNSAFE', `${faults.join('; ')}.`);
}

const require = createRequire(import.meta.url);
let loaded: Engine | undefined;

/**
 * Opens an SQLite file. Before it opens anything, it throws an ENGINE_... error if no engine suits this Node, and
 * DATABASE_FOREIGN if the path is a named pipe, a device or a folder.
 */
export function openSqlite(path: string, options?: Database.Options): Database.Database {
  const engine = loadEngine();
  if (!/^(?::memory:$|file:)/.test(path)) refuseOddFiles(path);
  return new engine(path, options);
}

/** Opens the bytes of a database, as `serialize` returns them, in memory. */
export function openCopy(bytes: Buffer): Database.Database {
  return new (loadEngine())(bytes);
}

/** Opening a named pipe would block forever. SQLite also opens files beside the database. */
function refuseOddFiles(path: string): void {
  refuseOddFile(path);
  const real = toRealPath(path);
  for (const ending of ['-wal', '-shm', '-journal'])
    refuseOddFile(`${real}${ending}`, 'SQLite keeps a file of that name beside the database. Move it away.');
}

/** Throws DATABASE_FOREIGN if a path is not a regular file. */
export function refuseOddFile(path: string, asked?: string): void {
  const kind = describeOddFile(path);
  const hint = asked ?? (kind === 'a folder' ? hintAtFolder(path) : undefined);
  if (kind !== null)
    throw new MirrorError('DATABASE_FOREIGN', `${path} is ${kind}.`, { ...(hint !== undefined && { hint }) });
}

function hintAtFolder(path: string): string {
  const hasDatabase = listNamesIn(path).some((name) => name.endsWith('.db'));
  return hasDatabase ? FILE_IN_FOLDER_HINT : 'No file in it ends in .db. Name the file of the mirror.';
}

/** Loads the best installed engine once. Throws an ENGINE_... error. */
export function loadEngine(): Engine {
  loaded ??= loadFirst(
    pickEngines(listInstalled(), { node: process.versions.node, napi: process.versions.napi ?? '0' }),
  );
  return loaded;
}

function loadFirst(sound: readonly InstalledEngine[]): Engine {
  // SQLite accepts `file:` addresses only if the environment enables them when the engine is loaded.
  process.env.SQLITE_USE_URI = '1';
  const causes: unknown[] = [];
  for (const { name } of sound) {
    try {
      const engine = require(name) as Engine;
      new engine(':memory:').close(); // better-sqlite3 loads its native part with the first database.
      return engine;
    } catch (cause) {
      causes.push(cause);
    }
  }
  const [first] = causes;
  const names = sound.map(({ version }) => version).join(' and ');
  const reason = toSafeWords(messageOf(first));
  throw new MirrorError('ENGINE_UNUSABLE', `better-sqlite3 ${names} cannot be loaded: ${reason}`, {
    cause: first,
  });
}

/** Lists the engines that can be resolved from here, safe or not. */
export function listInstalled(): InstalledEngine[] {
  return ENGINE_PACKAGES.flatMap((name) => {
    const version = readVersion(name);
    return version === null ? [] : [{ name, version }];
  });
}

function readVersion(name: EnginePackage): string | null {
  try {
    return (require(`${name}/package.json`) as { version: string }).version;
  } catch (cause) {
    if (codeOf(cause) === 'MODULE_NOT_FOUND') return null;
    throw cause;
  }
}

/** Passes `resource` to `use` and always closes it, after a returned promise has settled. */
export function closing<Resource extends { readonly close: () => unknown }, Result>(
  resource: Resource,
  use: (resource: Resource) => Result,
): Result {
  let isPending = false;
  try {
    const result = use(resource);
    if (!isPromise(result)) return result;
    isPending = true;
    return result.finally(() => resource.close()) as Result;
  } finally {
    if (!isPending) resource.close();
  }
}
