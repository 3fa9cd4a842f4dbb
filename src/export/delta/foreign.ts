import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { MirrorError } from '../../errors/mirror-error.ts';
import { TABLE_NAMES } from '../table.ts';

/* What a folder of Delta tables has. Other programs may add files to its tables, as those do that tidy them, and nothing else. */

/** The folder that has the tables, each in a folder with its name. */
export const TABLES = 'tables';

/** What describes the tables, beside them. */
const PAPERS: ReadonlySet<string> = new Set([
  'codebook.md',
  'codebook.csv',
  'README.md',
  'CITATION.cff',
  'LICENSE.md',
  'manifest.json',
]);

const isFolder = (path: string): boolean => lstatSync(path).isDirectory();

/** Why a folder of Delta tables has something that is not part of it; null if it has not. */
export function findForeignInTables(folder: string): string | null {
  for (const name of readdirSync(folder)) {
    const isTables = name === TABLES;
    if ((!isTables && !PAPERS.has(name)) || isFolder(join(folder, name)) !== isTables)
      return `holds ${name}, which is not part of it`;
    if (!isTables) continue;
    for (const table of readdirSync(join(folder, TABLES)))
      if (!(TABLE_NAMES as readonly string[]).includes(table) || !isFolder(join(folder, TABLES, table)))
        return `holds ${TABLES}/${table}, which is not part of it`;
  }
  return findLink(folder);
}

/** A link leads what is written, and what is read, to a place that is not this folder. */
function findLink(folder: string): string | null {
  const link = readdirSync(folder, { recursive: true, withFileTypes: true }).find((entry) =>
    entry.isSymbolicLink(),
  );
  if (link === undefined) return null;
  const path = relative(folder, join(link.parentPath, link.name)).split(sep).join('/');
  return `holds ${path}, which is a symbolic link`;
}

/** What Delta tables can have, by the folder: data with its checksums, parts, and the log with its checkpoints. */
const FILES = /(?:\.parquet|\.crc)$|^deletion_vector_.*\.bin$/;
const PARTS = /^[^=]+=|^_change_data$/;
const LOG = '_delta_log';
const FILES_OF_LOG = /^\.?\d{20}\.|^[._]*last_checkpoint|^_commit_.*\.tmp$|\.crc$/;
const FOLDERS_OF_LOG = /^_(?:sidecars|commits|staged_commits)$/;

/**
 * Fails with EXPORT_REFUSED if a table has a file or a folder that no program writes to Delta tables: whoever replaces the tables would
 * remove it.
 */
export function refuseForeignInTables(folder: string, named: string): void {
  if (lstatSync(join(folder, TABLES), { throwIfNoEntry: false }) === undefined) return;
  for (const table of listEntries(folder, TABLES)) {
    const foreign = findForeign(folder, `${TABLES}/${table.name}`, false);
    if (foreign !== null)
      throw new MirrorError('EXPORT_REFUSED', `${named} holds ${foreign}, which is not part of it.`, {
        hint: 'Move it away, or name another folder.',
      });
  }
}

const listEntries = (folder: string, path: string): Dirent[] =>
  readdirSync(join(folder, path), { withFileTypes: true });

function findForeign(folder: string, path: string, isLog: boolean): string | null {
  for (const entry of listEntries(folder, path)) {
    const { name } = entry;
    const found = `${path}/${name}`;
    const begins = !isLog && name === LOG;
    if (entry.isDirectory() && (begins || (isLog ? FOLDERS_OF_LOG : PARTS).test(name))) {
      const within = findForeign(folder, found, isLog || begins);
      if (within !== null) return within;
    } else if (!entry.isFile() || !(isLog ? FILES_OF_LOG : FILES).test(name)) return found;
  }
  return null;
}
