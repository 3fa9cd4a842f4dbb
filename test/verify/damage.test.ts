import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { runCli } from '../support/command-line.ts';
import { buildEventfulMirror, verifyFast, verifyFile, writeDamaged } from '../support/eventful-mirror.ts';
import { openSqlite } from '../../src/db/engine.ts';
import { times } from '../support/times.ts';
import { DAMAGES, type Damage } from './damages.ts';

/** `npm run test:long` also compares the findings with those of the thorough way, which takes as long again. */
const verify = times(verifyFast, verifyFile);
/** For these, `npm test` compares them too: the first damage of each check. */
const COMPARED = new Set(new Map(DAMAGES.toReversed().map(([what, check]) => [check, what])).values());

/** In `npm test`, damages of different cases share a file; `npm run test:long` verifies each alone. */
const FILES = times(
  combine(DAMAGES),
  DAMAGES.map((damage) => [damage]),
);

function combine(damages: readonly Damage[]): Damage[][] {
  const files: Damage[][] = [];
  for (const damage of damages) {
    const [, , caseId] = damage;
    const file = files.find(
      (one) => caseId !== null && one.every(([, , other]) => other !== null && other !== caseId),
    );
    if (file === undefined) files.push([damage]);
    else file.push(damage);
  }
  return files;
}

let bytes: Buffer;
beforeAll(async () => {
  bytes = await buildEventfulMirror();
});

describe('damage is found by the right check, in the right case', () => {
  test.each(
    FILES.map((damages) => ({
      damages,
      title: damages.map(([what, check]) => `${what}: ${check}`).join(', '),
    })),
  )('$title', ({ damages }) => {
    const verifyThem = damages.some(([what]) => COMPARED.has(what)) ? verifyFile : verify;
    const { findings } = verifyThem(writeDamaged(bytes, damages.map(([, , , sql]) => sql).join(';\n')));
    for (const [, check, caseId] of damages)
      expect(findings).toContainEqual(expect.objectContaining({ check, caseId }));
    const damaged = damages.map(([, , caseId]) => caseId);
    if (damaged.includes(null)) return;
    expect(findings.filter(({ caseId }) => caseId !== null && !damaged.includes(caseId))).toEqual([]);
  });

  test.each([
    "UPDATE cases_fts_config SET v = 9 WHERE k = 'version'",
    'DELETE FROM cases_fts_config',
    'DELETE FROM cases_fts_data WHERE id = 10',
    'UPDATE docket_entries_fts_data SET block = zeroblob(length(block)) WHERE id = (SELECT max(id) FROM docket_entries_fts_data)',
    'UPDATE docket_entries_fts_idx SET pgno = pgno + 2',
    'DELETE FROM docket_entries_fts_docsize WHERE id = (SELECT max(id) FROM docket_entries_fts_docsize)',
  ])('inside a search index: %s', (sql) => {
    const path = writeDamaged(bytes, '');
    const sqlite = openSqlite(path);
    sqlite.unsafeMode(true);
    sqlite.exec(sql);
    sqlite.close();
    expect(verify(path).findings).toContainEqual(expect.objectContaining({ check: 'search' }));
  });

  test('bytes that were overwritten are found in the file, and the other checks go on', () => {
    const path = writeDamaged(bytes, '');
    const file = readFileSync(path);
    const at = file.indexOf('Lamp Law Project');
    file.fill(0xff, at - 400, at + 400);
    writeFileSync(path, file);
    const { findings, tallies } = verifyFile(path);
    expect(findings).toContainEqual(expect.objectContaining({ check: 'file' }));
    expect(tallies.ledger.checked).toBeGreaterThan(0);
  });

  test('a header with a format that SQLite does not know is damage, for each command that opens the file', async () => {
    const path = writeDamaged(bytes, '');
    const file = readFileSync(path);
    file[47] = 121;
    writeFileSync(path, file);
    for (const command of ['verify', 'status', 'changes'])
      expect((await runCli([command, '--database', path])).stderr).toContain('[DATABASE_DAMAGED]');
  });

  test('and ends the command with 10, one line a finding, and a hint', async () => {
    const path = writeDamaged(bytes, `UPDATE cases SET court = char(27) || '[2J' WHERE id = 6`);
    const { exitCode, stdout } = await runCli(['verify', '--database', path]);
    expect(exitCode).toBe(10);
    expect(stdout).toMatch(
      /^rows +case 6: cases\.court: expected "District of North Borealia", found ".*"$/m,
    );
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toContain('11 of 11 cases verified');
    expect(stdout).toMatch(/: 1 finding\.\nHint: Restore/);
  });
});
