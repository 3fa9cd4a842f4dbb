import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TABLE_RULES } from '../../src/verify/values.ts';
import { mixSeeds, Random } from '../../fake-api/invent/random.ts';
import { buildBase } from './base.ts';
import { digestContent, drawByteDamage, judgeByteDamage } from './damage-bytes.ts';
import { UNKNOWABLE_BYTES, UNKNOWABLE_ROWS, UNKNOWABLE_STATISTICS } from './unknowable.ts';
import { DAMAGE_KINDS, openRowTrials, type RowTrials, type Verdict } from './damage-rows.ts';

/**
 * In `npm test`, each table is damaged in two ways, and in more until verify has noticed one. `npm run damage-test`
 * damages each table many times in every way.
 */
const FEW = 2;
const { DAMAGES, DAMAGE_SEED = '1', DAMAGE_FIRST, DAMAGE_TABLE = '' } = process.env;
const BYTES = '(bytes)';
/** The tables of the schema, and those that SQLite and Drizzle add. */
const TABLES = [...TABLE_RULES.map(({ table }) => table), 'sqlite_sequence', '__drizzle_migrations'];
/** How many damages are drawn in one trial until SQLite accepts one and it changes something. */
const MAX_DRAWS = 40;
const MINUTES = 60_000;

let folder: string;
let base: Buffer;
let content: string;
let trials: RowTrials;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'damage-'));
  base = await buildBase();
  const path = join(folder, 'base.db');
  writeFileSync(path, base);
  content = digestContent(path);
  trials = openRowTrials(join(folder, 'trials.db'), base);
}, 10 * MINUTES);
afterAll(() => {
  trials.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Trial {
  readonly kind: string;
  readonly words: string;
  readonly verdict: Verdict;
}

/** The kinds of damage take turns, so a sample has all of them. */
function tryRow(table: string, number: number, random: Random): Trial | null {
  for (let draw = 0; draw < MAX_DRAWS; draw++) {
    const kind = DAMAGE_KINDS[number % DAMAGE_KINDS.length] ?? 'value';
    const tried = trials.tryOnce(table, kind, random);
    if (tried !== null) return { kind, words: `${kind}: ${tried.damage.sql}`, verdict: tried.verdict };
  }
  return null;
}

function tryBytes(random: Random): Trial {
  const damage = drawByteDamage(base, random);
  const words = `${damage.bytes.length} bytes at ${damage.at}`;
  return { kind: BYTES, words, verdict: judgeByteDamage(base, content, damage, join(folder, 'damaged.db')) };
}

/** Tries this many damages, and returns those that went unnoticed, each with the command that replays it. */
function listUnnoticed(
  table: string,
  damages: number,
  attempt: (number: number, random: Random) => Trial | null,
) {
  const counts = { noticed: 0, unknowable: 0, unnoticed: 0, refused: 0 };
  const noticed = new Set<string>();
  const unnoticed: string[] = [];
  const [seed, at] = [Number(DAMAGE_SEED), [...TABLES, BYTES].indexOf(table)];
  // Neighbors in the list of tables have different kinds of damage.
  const first = Number(DAMAGE_FIRST ?? (DAMAGES === undefined ? FEW * at : 0));
  const last = first + (damages < DAMAGE_KINDS.length ? DAMAGE_KINDS.length : damages);
  for (let number = first; number < last; number++) {
    if (number >= first + damages && (DAMAGES !== undefined || noticed.size > 0)) break;
    const random = new Random(mixSeeds(seed, at, number));
    const replay = `npm run damage-test -- --table "${table}" --seed ${seed} --first ${number} --damages 1`;
    try {
      const trial = attempt(number, random);
      counts[trial?.verdict ?? 'refused']++;
      if (trial?.verdict === 'noticed') noticed.add(trial.kind);
      if (trial?.verdict === 'unnoticed') unnoticed.push(`${trial.words}\n  ${replay}`);
    } catch (error) {
      unnoticed.push(
        `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n  ${replay}`,
      );
    }
  }
  if (DAMAGES !== undefined) process.stdout.write(`${table}: ${JSON.stringify(counts)}\n`);
  return { unnoticed, noticed };
}

const isWanted = (table: string): boolean => DAMAGE_TABLE === '' || DAMAGE_TABLE === table;
const wantedTables = TABLES.filter(isWanted);

/** Jest fails on an empty list of tests. */
const eachTable = wantedTables.length === 0 ? test.skip.each(TABLES) : test.each(wantedTables);
const testBytes = isWanted(BYTES) ? test : test.skip;

test('--table names a table of the mirror, or its bytes', () => {
  expect(['', BYTES, ...TABLES]).toContain(DAMAGE_TABLE);
});

test('the documentation names all damage that verify cannot notice', () => {
  const page = readFileSync(new URL('../../docs/verify.md', import.meta.url), 'utf8').replaceAll(/\s+/g, ' ');
  for (const { what } of [...UNKNOWABLE_ROWS, UNKNOWABLE_STATISTICS, UNKNOWABLE_BYTES])
    expect(page).toContain(what);
});

test('every table of the mirror is damaged', () => {
  expect([...trials.tables].sort()).toEqual([...TABLES].sort());
});

const noticedKinds = new Set<string>();

eachTable(
  'verify notices damage to the rows of %s, unless it is listed as unknowable',
  (table) => {
    const damages = DAMAGES === undefined ? FEW : Number(DAMAGES);
    const { unnoticed, noticed } = listUnnoticed(table, damages, (number, random) =>
      tryRow(table, number, random),
    );
    expect(unnoticed).toEqual([]);
    for (const kind of noticed) noticedKinds.add(kind);
    if (DAMAGES === undefined || damages >= DAMAGE_KINDS.length) expect(noticed.size).toBeGreaterThan(0);
  },
  600 * MINUTES,
);

const testKinds = DAMAGES === undefined && DAMAGE_TABLE === '' ? test : test.skip;
testKinds('every kind of damage was noticed in some table', () => {
  expect([...noticedKinds].sort()).toEqual([...DAMAGE_KINDS].sort());
});

testBytes(
  'verify notices damaged bytes of the file, unless all content still reads the same',
  () => {
    const { unnoticed } = listUnnoticed(BYTES, DAMAGES === undefined ? 25 : Number(DAMAGES), (_, random) =>
      tryBytes(random),
    );
    expect(unnoticed).toEqual([]);
  },
  600 * MINUTES,
);
