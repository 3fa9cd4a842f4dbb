import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { tempFolder } from '../support/temp-folder.ts';
import { renderTable } from './render-table.ts';
import { TESTED_FOLDERS, runFirstSyncs, runStep } from './trials.ts';

const ROOT = join(import.meta.dirname, '../..');
const toPlace = () => ({ env: process.env, cwd: tempFolder() });
const node = { version: process.versions.node, bin: process.execPath, env: process.env };

test.each(TESTED_FOLDERS)('%s, which is tested on each Node, exists', (folder) => {
  expect(existsSync(join(ROOT, folder))).toBe(true);
});

test('a step that a signal ends is a failure, and says which', () => {
  const good = runStep('demo', [process.execPath, '--eval', '0'], toPlace(), () => 'fine');
  const bad = runStep(
    'demo',
    [process.execPath, '--eval', 'console.log("last words"); process.abort()'],
    toPlace(),
  );
  expect(good).toEqual({ name: 'demo', isGood: true, says: 'fine', output: '' });
  expect(bad).toMatchObject({ isGood: false, says: 'FAILED: SIGABRT' });
  const table = renderTable([
    { version: '20.0.0', steps: [good] },
    { version: '24.0.0', steps: [{ name: 'install', isGood: true, says: '9 s', output: '' }, bad] },
  ]);
  expect(table).toContain('| Node | 20.0.0 | 24.0.0 |\n');
  expect(table).toContain('| install | not tried | 9 s |\n');
  expect(table).toContain('| demo | fine | FAILED: SIGABRT |\n');
  expect(table).toContain('\nNode 24.0.0, demo: FAILED: SIGABRT\nlast words\n');
});

test('a sync that cannot run is a failure, not a gap in the table', async () => {
  const server = { apiUrl: 'http://127.0.0.1:9/', token: 'none', stop: () => Promise.resolve() };
  const { step } = await runFirstSyncs(node, { checkout: tempFolder(), server, times: 2, maxBytes: 1 });
  expect(step).toMatchObject({ isGood: false, says: 'FAILED: sync 1 of 2' });
});
