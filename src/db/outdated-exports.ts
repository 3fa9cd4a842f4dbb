import type { Mirror } from './open-mirror.ts';
import type { mirrorExports } from './schema/schema.ts';

/*
 * The places on record that may have what was redacted since. Each `status` asks, so this imports nothing.
 */

const OUTDATED = `FROM main.mirror_exports
  WHERE oldest_run_id < (SELECT max(id) FROM main.sync_runs WHERE trigger = 'redact')`;

/** The places, oldest first. */
export const listOutdatedExports = ({
  sqlite,
}: Pick<Mirror, 'sqlite'>): (typeof mirrorExports.$inferSelect)[] =>
  sqlite
    .prepare<[], typeof mirrorExports.$inferSelect>(`SELECT * ${OUTDATED} ORDER BY written_at, place`)
    .all();

/** Whether there is such a place. */
export const hasOutdatedExports = ({ sqlite }: Pick<Mirror, 'sqlite'>): boolean =>
  sqlite.prepare(`SELECT 1 ${OUTDATED} LIMIT 1`).get() !== undefined;
