/*
 * Writes the generated pages of docs/ and the generated parts of README.md. `--check` writes nothing and fails when one
 * of them is not what it would be now.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { renderCommandsPage } from './docs/commands-page.ts';
import { renderConfigurationPage } from './docs/configuration-page.ts';
import { renderErrorsPage, renderExitCodes } from './docs/errors-page.ts';
import { renderSchemaAtAGlance, renderSchemaPage } from './docs/schema-page.ts';

const ROOT = new URL('../', import.meta.url);

const PAGES: Readonly<Record<string, () => string>> = {
  'docs/commands.md': renderCommandsPage,
  'docs/configuration.md': renderConfigurationPage,
  'docs/errors.md': renderErrorsPage,
  'docs/schema.md': renderSchemaPage,
  'README.md': () =>
    fillIn('README.md', { 'exit codes': renderExitCodes(), 'schema at a glance': renderSchemaAtAGlance() }),
};

/** Replaces what stands between `<!-- generated: NAME -->` and `<!-- end: NAME -->`. */
function fillIn(path: string, parts: Readonly<Record<string, string>>): string {
  let page = readFileSync(new URL(path, ROOT), 'utf8');
  for (const [name, text] of Object.entries(parts)) {
    const part = new RegExp(`(<!-- generated: ${name} -->\n)[^]*?(<!-- end: ${name} -->)`);
    if (!part.test(page)) throw new Error(`${path} has no generated part "${name}"`);
    page = page.replace(part, (_, begin: string, end: string) => `${begin}\n${text}\n${end}`);
  }
  return page;
}

const isCheck = process.argv.includes('--check');
for (const [path, render] of Object.entries(PAGES)) {
  const file = new URL(path, ROOT);
  const text = await format(render(), { ...(await resolveConfig(file)), parser: 'markdown' });
  if (!isCheck) writeFileSync(file, text);
  else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    console.error(`${path} is not up to date: run \`npm run docs\`.`);
    process.exitCode = 1;
  }
}
