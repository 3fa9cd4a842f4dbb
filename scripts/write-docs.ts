/*
 * Writes the generated pages of docs/, the picture of a terminal, the generated parts of README.md and the schema of new
 * mirrors. `--check` writes nothing and fails when one of them is out of date.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { renderAssumptionsPage } from './docs/assumptions-page.ts';
import { renderCommandsPage } from './docs/commands-page.ts';
import { renderConfigurationPage } from './docs/configuration-page.ts';
import { renderErrorsPage } from './docs/errors-page.ts';
import { renderNewSchema } from './docs/new-schema.ts';
import { renderReadme } from './docs/readme-page.ts';
import { renderSchemaPage } from './docs/schema-page.ts';
import { withDemo } from './docs/show-demo.ts';
import { renderTerminalPicture } from './docs/terminal-picture.ts';
import { formatText } from './format-text.ts';
import { NEW_SCHEMA_PATH } from '../src/db/new-schema.ts';

const ROOT = new URL('../', import.meta.url);

const isCheck = process.argv.includes('--check');
const say = (text: string): void => {
  if (!isCheck) console.log(text);
};
say('Running the demo, whose output README.md and docs/terminal.svg show: less than a minute.');

const pages: Readonly<Record<string, string>> = {
  'docs/assumptions.md': renderAssumptionsPage(),
  'docs/commands.md': await renderCommandsPage(),
  'docs/configuration.md': renderConfigurationPage(),
  'docs/errors.md': renderErrorsPage(),
  'docs/schema.md': renderSchemaPage(),
  [NEW_SCHEMA_PATH]: renderNewSchema(),
  ...(await withDemo(async (run, demoOutput) => ({
    'README.md': await renderReadme(run),
    'docs/terminal.svg': await renderTerminalPicture(run, demoOutput),
  }))),
};

let changed = 0;
for (const [path, page] of Object.entries(pages)) {
  const file = new URL(path, ROOT);
  const text = path.endsWith('.md') ? await formatText(path, page) : page;
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  if (!isCheck) {
    writeFileSync(file, text);
    changed++;
    say(`${path} is rewritten.`);
  } else {
    console.error(`${path} is out of date: run \`npm run docs\`.`);
    process.exitCode = 1;
  }
}
say(`${changed} of ${Object.keys(pages).length} files have changed.`);
