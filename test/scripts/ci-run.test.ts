import { execFile } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { tempFolder } from '../support/temp-folder.ts';

const run = promisify(execFile);
const TOOLS = ['bash', 'id', 'dirname', 'timeout', 'tail', 'rm', 'mktemp', 'cat', 'chmod'];

/** Runs .ci/run with nothing in its PATH but a few tools, and programs that stand in for others. */
async function runCi(programs: Readonly<Record<string, string>>): Promise<string> {
  const folder = tempFolder();
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const tool of TOOLS) symlinkSync((await run('which', [tool])).stdout.trim(), join(bin, tool));
  const all = { npm: 'echo "npm $* with ${CHROMIUM:-no browser}"', sudo: 'shift; exec "$@"', ...programs };
  for (const [name, text] of Object.entries(all)) {
    writeFileSync(join(bin, name), `#!${join(bin, 'bash')}\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  mkdirSync(join(folder, 'clone', '.ci'), { recursive: true });
  cpSync('.ci/run', join(folder, 'clone', '.ci', 'run'));
  const { stdout } = await run(join(bin, 'bash'), [join(folder, 'clone', '.ci', 'run')], {
    env: { PATH: bin, HOME: folder },
  });
  return stdout;
}

test('CI runs the tests without a browser if none can be installed, and says so', async () => {
  const said = await runCi({ 'apt-get': `echo "Could not resolve 'deb.example'" >&2; exit 100` });
  expect(said).toContain('Chromium could not be installed, so the tests in a browser will not run.');
  expect(said).toContain(`Could not resolve 'deb.example'`);
  expect(said).toMatch(/npm install with no browser\nnpm test with no browser\n$/);
});

test('CI installs a browser that is missing, and uses one that is there', async () => {
  const apt = `case "$*" in *install*) printf '#!/bin/sh\\n' > "\${BASH_SOURCE%/*}/chromium"; chmod +x "\${BASH_SOURCE%/*}/chromium";; esac`;
  const installed = await runCi({ 'apt-get': apt });
  expect(installed).not.toContain('could not be installed');
  expect(installed).toMatch(/npm test with \S+\/chromium\n$/);
  const there = await runCi({ 'apt-get': 'exit 1', 'google-chrome': ':' });
  expect(there).toMatch(/^npm install with \S+\/google-chrome\nnpm test with \S+\/google-chrome\n$/);
});
