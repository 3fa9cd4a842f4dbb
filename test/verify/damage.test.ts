import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { runCli } from '../support/command-line.ts';
import { buildEventfulMirror, verifyFile, writeDamaged } from '../support/eventful-mirror.ts';
import { DAMAGES } from './damages.ts';

let bytes: Buffer;
beforeAll(async () => {
  bytes = await buildEventfulMirror();
});

describe('damage is found by the right check, in the right case', () => {
  test.each(DAMAGES)('%s: %s', (_, check, caseId, sql) => {
    const { findings } = verifyFile(writeDamaged(bytes, sql));
    expect(findings).toContainEqual(expect.objectContaining({ check, caseId }));
    if (caseId === null) return;
    const elsewhere = findings.filter((finding) => finding.caseId !== null && finding.caseId !== caseId);
    expect(elsewhere).toEqual([]);
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
