import { DEFERRED_INDEXES } from '../mirror/defer-indexes.ts';
import { listMigrations } from '../mirror/migrations.ts';
import type { Mirror } from '../mirror/open-mirror.ts';
import { listOwnSchema, listSchemaDifferences, type SchemaDifference } from '../mirror/own-schema.ts';
import { type Flaw, type Flaws, show } from './checks.ts';

/** Checks that tables, views, indexes and triggers are those of a new mirror, and were made by the same migrations. */
export function* checkSchema({ sqlite }: Mirror): Flaws {
  const mayLackIndexes = isFirstFillUnended(sqlite);
  for (const difference of listSchemaDifferences(sqlite)) {
    const isDeferred = DEFERRED_INDEXES.some(({ name }) => name === difference.name);
    if (!(mayLackIndexes && isDeferred && difference.how === 'missing')) yield toFlaw(difference);
  }
  yield* checkMigrations(sqlite);
  return listOwnSchema().length;
}

const WORDS = {
  missing: ['as in a new mirror', 'nothing'],
  foreign: ['nothing, as in a new mirror', "something that is not the mirror's"],
  other: ['as in a new mirror', 'another definition'],
} as const satisfies Record<SchemaDifference['how'], readonly [expected: string, found: string]>;

function toFlaw({ type, name, how }: SchemaDifference): Flaw {
  const [expected, found] = WORDS[how];
  return { what: `the ${type} ${show(name)}`, expected, found };
}

/**
 * Some indexes are built when the run ends that first fills the mirror, and are not there while it goes on, nor after
 * it died or met a failure of the database.
 */
function isFirstFillUnended(sqlite: Mirror['sqlite']): boolean {
  const newest = sqlite
    .prepare<[]>(`SELECT outcome FROM sync_runs WHERE "trigger" <> 'redact' ORDER BY id DESC LIMIT 1`)
    .pluck()
    .get();
  return newest === undefined || newest === 'running' || newest === 'died' || newest === 'failed';
}

function* checkMigrations(sqlite: Mirror['sqlite']): Generator<Flaw> {
  const found = sqlite
    .prepare<[], { id: unknown; hash: unknown; created_at: unknown }>(
      'SELECT id, hash, created_at FROM __drizzle_migrations ORDER BY rowid',
    )
    .all();
  const expected = listMigrations();
  for (let at = 0; at < Math.max(found.length, expected.length); at++) {
    const [row, migration] = [found[at], expected[at]];
    if (row?.hash === migration?.hash && row?.created_at === migration?.folderMillis && row?.id === null)
      continue;
    yield {
      what: `the record of migration ${at}`,
      expected: migration === undefined ? 'nothing' : `${migration.hash}, ${migration.folderMillis}`,
      found: row === undefined ? 'nothing' : show(row),
    };
  }
}
