/*
 * Runs everything that must hold: the tests, and beside them one check after another. Fails where one of them failed, was
 * killed or could not be started, and names it. Names also what could not be run on this machine.
 */
import { readFileSync } from 'node:fs';
import { NOT_RUN, findChromium } from './find-chromium.ts';
import { runLanes } from './run-lanes.ts';

const LANES = [['jest'], ['check:code', 'check:format', 'check:docs', 'check:dead', 'check:lock']];

const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  scripts: Record<string, string>;
};
const { failed, stop } = runLanes(
  LANES.map((names) => names.map((name) => ({ name, command: String(scripts[name]) }))),
  (text) => process.stdout.write(text),
);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    stop(signal);
  });

const names = await failed;
if (findChromium() === undefined) console.log(NOT_RUN);
console.log(names.length === 0 ? 'All tests and checks passed.' : `FAILED: ${names.join(', ')}`);
process.exitCode = names.length === 0 ? 0 : 1;
