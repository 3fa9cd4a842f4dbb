import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { tempFolder } from '../support/temp-folder.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Source files with one fault each, and the rule or error that has to name it. */
const FAULTS: Readonly<Record<string, readonly [finding: string, source: string]>> = {
  'src/api/import.ts': ['layers(order)', "import { query } from '../db/query.ts';\nquery();\n"],
  'src/api/export.ts': ['layers(order)', "export { query } from '../db/query.ts';\n"],
  'src/api/export-all.ts': ['layers(order)', "export * from '../db/query.ts';\n"],
  'src/api/dynamic.ts': ['layers(order)', "export const late = () => import('../db/query.ts');\n"],
  'src/api/type.ts': [
    'layers(order)',
    "import type { Query } from '../db/query.ts';\nexport type Text = Query;\n",
  ],
  'src/api/engine-import.ts': [
    'eslint(no-restricted-imports)',
    "import Database from 'better-sqlite3';\nexport { Database };\n",
  ],
  'src/api/engine.ts': ['eslint(no-restricted-imports)', "export { default } from 'better-sqlite3';\n"],
  'src/web/attribute.ts': [
    'html(holes)',
    'declare function html(texts: TemplateStringsArray, ...values: readonly string[]): string;\nexport const page = (kind: string): string => html`<p class=${kind}></p>`;\n',
  ],
  'src/web/markup.ts': ['eslint(no-restricted-imports)', "export { raw } from 'hono/html';\n"],
  'src/lib/wrong-type.ts': ['typescript(TS2322)', 'export const text: string = 1;\n'],
  'src/lib/index.ts': [
    'typescript(TS2322)',
    'const texts: string[] = [];\nexport const first: string = texts[0];\n',
  ],
  'src/lib/enum.ts': ['typescript(TS1294)', 'export enum Kind {\n  One,\n}\n'],
  'src/lib/any.ts': ['typescript(no-explicit-any)', 'export const anything: any = 1;\n'],
  'src/lib/control.ts': ['eslint(no-control-regex)', 'export const control = /\\u0001/;\n'],
  'src/lib/unused-comment.ts': [
    'Unused oxlint-disable directive (no problems were reported).',
    '// oxlint-disable-next-line no-control-regex\nexport const plain = /a/;\n',
  ],
  'test/promise.ts': ['typescript(no-floating-promises)', 'Promise.resolve();\n'],
  'test/wrong-type.ts': ['typescript(TS2322)', 'export const text: string = 1;\n'],
  'scripts/plain.js': ['eslint(no-undef)', 'undefinedName();\n'],
};

const SOUND: Readonly<Record<string, string>> = {
  'src/db/query.ts': 'export type Query = string;\nexport const query = (): void => undefined;\n',
  'src/cli/main.ts': "export { query } from '../db/query.ts';\n",
  'src/api/engine-type.ts': "export type { Database } from 'better-sqlite3';\n",
  'test/sound.ts': "export { query } from '../src/db/query.ts';\n",
};

interface Finding {
  readonly filename: string;
  readonly code?: string;
  readonly message: string;
}

test('check:code names the one fault of each file, and finds none in the sound files', async () => {
  const folder = makeProject({ ...SOUND, ...mapValues(FAULTS, ([, source]) => source) });
  const found = await lint(folder);
  expect(found).toEqual(mapValues(FAULTS, ([code]) => [code]));
});

/** The settings of this project in a folder with other sources. */
function makeProject(files: Readonly<Record<string, string>>): string {
  const folder = tempFolder();
  for (const [path, source] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), source);
  }
  for (const name of ['.oxlintrc.json', 'tsconfig.json', 'package.json'])
    copyFileSync(join(ROOT, name), join(folder, name));
  for (const name of ['node_modules', 'scripts/lint']) symlinkSync(join(ROOT, name), join(folder, name));
  return folder;
}

/** What `npm run check:code` finds: the codes by file. */
function lint(folder: string): Promise<Record<string, string[]>> {
  const oxlint = join(ROOT, 'node_modules/oxlint/bin/oxlint');
  return new Promise((resolve) => {
    execFile(process.execPath, [oxlint, '--format', 'json'], { cwd: folder }, (_, stdout) => {
      const { diagnostics } = JSON.parse(stdout) as { diagnostics: Finding[] };
      const found: Record<string, string[]> = {};
      for (const { filename, code, message } of diagnostics) (found[filename] ??= []).push(code ?? message);
      resolve(found);
    });
  });
}

function mapValues<In, Out>(of: Readonly<Record<string, In>>, map: (value: In) => Out): Record<string, Out> {
  return Object.fromEntries(Object.entries(of).map(([key, value]) => [key, map(value)]));
}
