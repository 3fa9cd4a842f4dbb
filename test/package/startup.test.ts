import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { tempFolder } from '../support/temp-folder.ts';
import { findProgram } from '../support/program.ts';

const DIST = join(dirname(fileURLToPath(import.meta.url)), '../../dist');

/** The files of the bundle that are loaded with one of them. */
function listPieces(file: string): string[] {
  const pieces = new Set([file]);
  for (const piece of pieces)
    for (const [, other = ''] of readFileSync(join(DIST, piece), 'utf8').matchAll(
      /^(?:import|export) (?:[^;"]*? from )?"\.\/([^"]+)";$/gm,
    ))
      pieces.add(other);
  return [...pieces];
}

/** The file that a piece of the bundle loads by `import()`, by the beginning of its name. */
function findLoaded(name: string, from: readonly string[]): string {
  const texts = from.map((piece) => readFileSync(join(DIST, piece), 'utf8')).join('\n');
  const [, file = ''] = new RegExp(`import\\("\\./(${name}-\\w+\\.js)"\\)`).exec(texts) ?? [];
  expect(file).not.toBe('');
  return file;
}

test('few pieces of the bundle are loaded before a command begins', () => {
  const first = listPieces('run.js');
  const main = listPieces(findLoaded('main', first));
  const query = listPieces(findLoaded('query', main));
  const status = listPieces(findLoaded('status', main));
  expect(first.length).toBeLessThanOrEqual(2);
  expect(new Set([...first, ...main]).size).toBeLessThanOrEqual(4);
  expect(new Set([...first, ...main, ...query]).size).toBeLessThanOrEqual(8);
  expect(new Set([...first, ...main, ...status]).size).toBeLessThanOrEqual(15);
});

test('the first piece loads neither the program nor what enlarges the heap', () => {
  const modules = listPieces('run.js').flatMap((piece) =>
    [...readFileSync(join(DIST, piece), 'utf8').matchAll(/^\/\/ (\S+\/\S+)$/gm)].map(([, path]) => path),
  );
  expect(modules.sort()).toEqual([
    'src/cli/run.ts',
    'src/config/early-signals.ts',
    'src/errors/exit-codes.ts',
    'src/lib/heap.ts',
  ]);
});

test.each([['--version'], ['--help'], ['query', '--help']])(
  '%s loads no module of Node that is slow to load',
  (...words) => {
    const folder = tempFolder();
    const [hook, list] = [join(folder, 'hook.cjs'), join(folder, 'modules.txt')];
    const code = `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(list)}, process.moduleLoadList.join('\\n')))`;
    writeFileSync(hook, code);
    const { status } = spawnSync(process.execPath, ['-r', hook, findProgram(), ...words]);
    expect(status).toBe(0);
    const loaded = readFileSync(list, 'utf8').split('\n');
    expect(loaded).toContain('NativeModule internal/process/pre_execution');
    for (const slow of ['crypto', 'http', 'https', 'zlib', 'worker_threads', 'inspector'])
      expect(loaded).not.toContain(`NativeModule ${slow}`);
  },
);
