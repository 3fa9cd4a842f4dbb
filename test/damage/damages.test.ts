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
/** Those of the schema, and those that SQLite and Drizzle add. */
const TABLES = [...TABLE_RULES.map(({ table }) => table), 'sqlite_sequence', '__drizzle_migrations'];
/** How often SQLite may refuse a damage, or find that it changes nothing, before the trial is given up. */
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

/** In a sample each kind of damage has its turn. */
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

/** Tries as many damages as asked for, and returns those that went unnoticed, each with how to replay it. */
function listHoles(
  table: string,
  damages: number,
  attempt: (number: number, random: Random) => Trial | null,
) {
  const counts = { noticed: 0, unknowable: 0, hole: 0, refused: 0 };
  const holes: string[] = [];
  const [seed, first] = [Number(DAMAGE_SEED), Number(DAMAGE_FIRST)];
  for (let number = first; number < first + damages; number++) {
    const random = new Random(mixSeeds(seed, [...TABLES, BYTES].indexOf(table), number));
    const replay = `npm run damage-test -- --table "${table}" --seed ${seed} --first ${number} --damages 1`;
    try {
      const trial = attempt(number, random);
      counts[trial?.verdict ?? 'refused']++;
      if (trial?.verdict === 'hole') holes.push(`${trial.words}\n  ${replay}`);
    } catch (error) {
      holes.push(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n  ${replay}`);
    }
  }
  if (DAMAGES !== undefined) process.stdout.write(`${table}: ${JSON.stringify(counts)}\n`);
  return { holes, counts };
}

const isWanted = (table: string): boolean => DAMAGE_TABLE === '' || DAMAGE_TABLE === table;
const wantedTables = TABLES.filter(isWanted);

/** Jest fails a list of tests that is empty. */
const eachTable = wantedTables.length === 0 ? test.skip.each(TABLES) : test.each(wantedTables);
const testBytes = isWanted(BYTES) ? test : test.skip;

test('what is to be damaged is a table of the mirror, or its bytes', () => {
  expect(['', BYTES, ...TABLES]).toContain(DAMAGE_TABLE);
});

test('the documentation names everything that cannot be known', () => {
  const page = readFileSync(new URL('../../docs/verify.md', import.meta.url), 'utf8').replaceAll(/\s+/g, ' ');
  for (const { what } of [...UNKNOWABLE_ROWS, UNKNOWABLE_STATISTICS, UNKNOWABLE_BYTES])
    expect(page).toContain(what);
});

test('the tables of the mirror are those that are damaged', () => {
  expect([...trials.tables].sort()).toEqual([...TABLES].sort());
});

eachTable(
  'damage of any kind to any row of %s is noticed, or cannot be known',
  (table) => {
    const damages = DAMAGES === undefined ? DAMAGE_KINDS.length : Number(DAMAGES);
    const { holes, counts } = listHoles(table, damages, (number, random) => tryRow(table, number, random));
    expect(holes).toEqual([]);
    if (damages >= DAMAGE_KINDS.length) expect(counts.noticed).toBeGreaterThan(0);
  },
  600 * MINUTES,
);

testBytes(
  'damage to bytes of the file is noticed, unless all that can be read remains the same',
  () => {
    const { holes } = listHoles(BYTES, DAMAGES === undefined ? 25 : Number(DAMAGES), (_, random) =>
      tryBytes(random),
    );
    expect(holes).toEqual([]);
  },
  600 * MINUTES,
);
