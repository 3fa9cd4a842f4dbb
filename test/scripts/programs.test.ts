import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const { scripts } = JSON.parse(readFileSync(`${ROOT}/package.json`, 'utf8')) as {
  readonly scripts: Record<string, string>;
};

/** The files that `npm run` starts with node or tsx, and those that a process of a test or a bench loads. */
const PROGRAMS = [
  ...new Set(
    Object.values(scripts).flatMap((script) =>
      [...script.matchAll(/\b(?:tsx|node) ((?!node_modules)[\w./-]+\.[jt]s)\b/g)].map(
        ([, file = '']) => file,
      ),
    ),
  ),
  ...listFiles('test').filter((file) => file.endsWith('/main.ts')),
  ...listFiles('test', 'bench', 'scripts').flatMap(listLoaded),
].filter((file, at, all) => all.indexOf(file) === at);

function listFiles(...folders: readonly string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(`${ROOT}/${folder}`, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.[jt]s$/.test(name))
      .map((name) => `${folder}/${name}`),
  );
}

/** The files whose addresses a file makes, to start them or to have them loaded. */
function listLoaded(file: string): string[] {
  const text = readFileSync(`${ROOT}/${file}`, 'utf8');
  return [...text.matchAll(/new URL\('([^']+\.[jt]s)', import\.meta\.url\)/g)]
    .map(([, name = '']) => new URL(name, `file:///${file}`).pathname.slice(1))
    .filter((name) => /^(test|bench|scripts)\//.test(name));
}

/** How a program comes to what only jest gives: the files from the one that imports it up to the program. */
async function findJest(program: string): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [program],
    bundle: true,
    write: false,
    metafile: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    outdir: 'none',
  });
  const importerOf = (path: string) =>
    Object.keys(metafile.inputs).find((file) =>
      metafile.inputs[file]?.imports.some((one) => one.path === path),
    );
  const way: string[] = [];
  for (let file = importerOf('@jest/globals'); file !== undefined && !way.includes(file);)
    file = importerOf(way[way.push(file) - 1] ?? '');
  return way;
}

test('the programs are those that there are', () => {
  expect(PROGRAMS).toEqual(
    expect.arrayContaining([
      'scripts/run-checks.ts',
      'bench/main.ts',
      'test/crash/main.ts',
      'test/crash/watch-writes.js',
      'test/soak/main.ts',
      'test/support/skip-sleep.js',
    ]),
  );
});

test.each(PROGRAMS)('%s imports nothing that needs jest', async (program) => {
  expect(await findJest(program)).toEqual([]);
});

test('a file that imports what needs jest is found by what it imports', async () => {
  expect(await findJest('test/support/command-line.ts')).toEqual([
    'test/support/temp-folder.ts',
    'test/support/command-line.ts',
  ]);
});
