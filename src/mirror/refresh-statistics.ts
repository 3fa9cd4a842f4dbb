import type { Mirror } from './open-mirror.ts';

/** As many rows of an index are looked at: enough to choose by, and milliseconds for a million of them. */
const ROWS_LOOKED_AT = 400;
/** Run ANALYZE where it is of use (2), and look at every table, not only at those that this connection has asked (0x10000). */
const WHERE_OF_USE = '0x10002';

/**
 * Has SQLite note how selective the indexes are (`sqlite_stat1`), so that the queries of every reader use the better one.
 * SQLite does so only for tables without such a note, and for those that have grown or shrunk tenfold since. With a limit no
 * sample of the content is kept, which a redaction would leave behind.
 */
export function refreshStatistics({ sqlite }: Mirror): void {
  sqlite.pragma(`analysis_limit = ${ROWS_LOOKED_AT}`);
  sqlite.pragma(`optimize = ${WHERE_OF_USE}`);
}
