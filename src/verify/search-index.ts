import { isSqliteError } from '../db/errors.ts';
import type { Mirror } from '../db/open-mirror.ts';
import { checkIndex, findOptions, hasSearchIndexes } from '../db/search-index.ts';
import { type SearchKind, SEARCH_INDEXES } from '../db/search-tables.ts';
import type { Violation, Violations } from './checks.ts';

/**
 * Checks with SQLite's own check that each search index has the words of its rows, and no others. PRAGMA
 * integrity_check does not compare an index with its rows.
 */
export function* checkSearchIndexes({ sqlite }: Mirror): Violations {
  let checked = 0;
  for (const kind of Object.keys(SEARCH_INDEXES) as SearchKind[]) {
    if (!hasSearchIndexes(sqlite, [kind])) continue; // The check of the schema reports it, unless it may be missing.
    const { name, table } = SEARCH_INDEXES[kind];
    const violation = findViolation(() => {
      checkIndex(sqlite, kind);
    });
    if (violation !== null) yield { what: name, expected: `the words of ${table}`, ...violation };
    const options = findOptions(sqlite, kind);
    if (options.found !== options.expected) yield { what: `the options of ${name}`, ...options };
    checked += sqlite.prepare<[], number>(`SELECT count(*) FROM "${table}"`).pluck().get() ?? 0;
  }
  return checked;
}

function findViolation(check: () => void): Pick<Violation, 'found'> | null {
  try {
    check();
    return null;
  } catch (thrown) {
    if (isSqliteError(thrown) && thrown.code.startsWith('SQLITE_CORRUPT')) return { found: 'other words' };
    throw thrown;
  }
}
