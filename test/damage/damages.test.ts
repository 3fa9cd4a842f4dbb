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

const { DAMAGES, DAMAGE_SEED = '1', DAMAGE_FIRST = '0', DAMAGE_TABLE = '' } = process.env;
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
  readonly words: string;
  readonly verdict: Verdict;
}

/** The kinds of damage take turns, so a sample has all of them. */
function tryRow(table: string, number: number, random: Random): Trial | null {
  for (let draw = 0; draw < MAX_DRAWS; draw++) {
    const kind = DAMAGE_KINDS[number % DAMAGE_KINDS.length] ?? 'value';
    const tried = trials.tryOnce(table, kind, random);
    if (tried !== null) return { words: `${kind}: ${tried.damage.sql}`, verdict: tried.verdict };
  }
  return null;
}

function tryBytes(random: Random): Trial {
  const damage = drawByteDamage(base, random);
  const words = `${damage.bytes.length} bytes at ${damage.at}`;
  return { words, verdict: judgeByteDamage(base, content, damage, join(folder, 'damaged.db')) };
}

/** Tries this many damages, and returns those that went unnoticed, each with the command that replays it. */
function listUnnoticed(
  table: string,
  damages: number,
  attempt: (number: number, random: Random) => Trial | null,
) {
  const counts = { noticed: 0, unknowable: 0, unnoticed: 0, refused: 0 };
  const unnoticed: string[] = [];
  const [seed, first] = [Number(DAMAGE_SEED), Number(DAMAGE_FIRST)];
  for (let number = first; number < first + damages; number++) {
    const random = new Random(mixSeeds(seed, [...TABLES, BYTES].indexOf(table), number));
    const replay = `npm run damage-test -- --table "${table}" --seed ${seed} --first ${number} --damages 1`;
    try {
      const trial = attempt(number, random);
      counts[trial?.verdict ?? 'refused']++;
      if (trial?.verdict === 'unnoticed') unnoticed.push(`${trial.words}\n  ${replay}`);
    } catch (error) {
      unnoticed.push(
        `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n  ${replay}`,
      );
    }
  }
  if (DAMAGES !== undefined) process.stdout.write(`${table}: ${JSON.stringify(counts)}\n`);
  return { unnoticed, counts };
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

eachTable(
  'verify notices damage of every kind to the rows of %s, unless it is listed as unknowable',
  (table) => {
    const damages = DAMAGES === undefined ? DAMAGE_KINDS.length : Number(DAMAGES);
    const { unnoticed, counts } = listUnnoticed(table, damages, (number, random) =>
      tryRow(table, number, random),
    );
    expect(unnoticed).toEqual([]);
    if (damages >= DAMAGE_KINDS.length) expect(counts.noticed).toBeGreaterThan(0);
  },
  600 * MINUTES,
);

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
