import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
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
  return null;
}
