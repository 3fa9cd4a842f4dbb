import type { Mirror } from '../mirror/open-mirror.ts';
import { computeSeal, SEALED_TABLES, type Seal } from '../mirror/seals.ts';
import type { Flaw, Flaws } from './checks.ts';

/**
 * Checks that the tables of which the file keeps a seal hold the rows that were written to them, and no others. Each
 * table and its seal are read at one moment, whatever a sync writes meanwhile.
 */
export function* checkSeals({ sqlite }: Mirror): Flaws {
  const select = sqlite.prepare<[string], Seal>(
    'SELECT row_count AS rowCount, digest FROM main.seals WHERE table_name = ?',
  );
  let checked = 0;
  for (const one of SEALED_TABLES) {
    const look = sqlite.transaction(() => ({ seal: select.get(one.table), found: computeSeal(sqlite, one) }));
    const { seal, found } = look();
    checked += found.rowCount;
    if (seal?.rowCount !== found.rowCount || seal.digest !== found.digest)
      yield toFlaw(one.table, seal, found);
  }
  const names = sqlite.prepare<[], number>('SELECT count(*) FROM main.seals').pluck().get() ?? 0;
  if (names !== SEALED_TABLES.length)
    yield { what: 'the rows of seals', expected: `${SEALED_TABLES.length}`, found: `${names}` };
  return checked;
}

function toFlaw(table: string, seal: Seal | undefined, found: Seal): Flaw {
  const what = `the rows of ${table}`;
  if (seal === undefined)
    return { what: `the seal of ${table}`, expected: 'a row of seals', found: 'nothing' };
  if (seal.rowCount !== found.rowCount)
    return {
      what,
      expected: `${seal.rowCount}, as many as were written`,
      found: `${found.rowCount}`,
    };
  return {
    what,
    expected: `those that were written (digest ${seal.digest.slice(0, 80)})`,
    found: `others (${found.digest})`,
  };
}
