import { beforeAll, describe, expect, test } from '@jest/globals';
import { runCli } from '../support/command-line.ts';
import { buildEventfulMirror, withoutRules, writeDamaged } from '../support/eventful-mirror.ts';

let bytes: Buffer;
beforeAll(async () => {
  bytes = await buildEventfulMirror();
});

describe('a command that reads a damaged value', () => {
  test.each<[string[], string, string]>([
    [['status'], 'sync_runs', `UPDATE sync_runs SET started_at = NULL, ended_at = x'00'`],
    [['status'], 'sync_runs', `UPDATE sync_runs SET ended_at = 'yesterday'`],
    [['departed'], 'sync_runs', `UPDATE sync_runs SET started_at = NULL`],
    [['case', '1'], 'cases', `UPDATE cases SET mirror_payload = NULL WHERE id = 1`],
    [['case', '1'], 'cases', `UPDATE cases SET mirror_payload = 'null' WHERE id = 1`],
    [['case', '2'], 'docket_entries', `UPDATE docket_entries SET mirror_rest = 'null' WHERE case_id = 2`],
    [['case', '1', '--as-of', '1'], 'case_changes', `UPDATE case_changes SET field = NULL WHERE case_id = 1`],
    [
      ['changes', '--since', '1'],
      'case_changes',
      `UPDATE case_changes SET old_value = 'x' WHERE case_id = 1`,
    ],
    [['query', '--as-of', '1', 'SELECT * FROM cases'], 'cases', `UPDATE cases SET mirror_payload = 'x'`],
  ])('%j says that the mirror is damaged and what to do: %s, %s', async (command, table, sql) => {
    const path = writeDamaged(bytes, withoutRules(table, sql));
    const { exitCode, stderr } = await runCli([...command, '--database', path]);
    expect(stderr).toMatch(/ is damaged|DAMAGED|verify/);
    expect(stderr).not.toMatch(/TypeError|fault of/);
    expect(exitCode).toBe(9);
    expect(stderr).toContain(`\`clearinghouse-mirror verify --database ${path}\``);
  });

  test('verify continues to the end and exits with 10', async () => {
    const sql = `UPDATE case_changes SET field = NULL WHERE case_id = 1; UPDATE cases SET court = 'x' WHERE id = 6`;
    const path = writeDamaged(bytes, withoutRules('case_changes', sql));
    const { exitCode, stdout } = await runCli(['verify', '--database', path]);
    expect(exitCode).toBe(10);
    expect(stdout).toMatch(/^values +case 1, run 2: case_changes\.field: expected text, found null$/m);
    expect(stdout).toMatch(/^rows +case 6: cases\.court: /m);
  });
});
