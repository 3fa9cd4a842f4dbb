/*
 * Measures a sync against the least that any program must do, and writes docs/performance.md. That page explains the
 * results. It needs disk space for about four times the JSON of the largest collection. With --reading FILE it
 * measures the commands that read that mirror instead, and prints a table.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Results, Setting } from './contenders.ts';
import { measureLayers } from './measure-layers.ts';
import { measureReading } from './measure-reading.ts';
import { measureSetting } from './measure-setting.ts';
import { renderResults } from './render-results.ts';
import { writeCollection, type CollectionFiles } from './serve-collection.ts';
import { writeResults } from './write-results.ts';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '1100,12300' },
    latency: { type: 'string', default: '0,200' },
    rounds: { type: 'string', default: '3' },
    write: { type: 'boolean', default: true },
    reading: { type: 'string' },
  },
  allowNegative: true,
});

function parseNumbers(text: string, name: string): number[] {
  const numbers = text.split(',').map(Number);
  if (numbers.some((number) => !Number.isSafeInteger(number) || number < 0))
    throw new RangeError(`--${name} takes whole numbers separated by commas, not ${JSON.stringify(text)}.`);
  return numbers;
}

const tell = (text: string): void => {
  process.stderr.write(`${text}\n`);
};
const sizes = parseNumbers(values.cases, 'cases');
const latencies = parseNumbers(values.latency, 'latency');
const [rounds = 3] = parseNumbers(values.rounds, 'rounds');
const folder = mkdtempSync(join(tmpdir(), 'bench-'));
try {
  if (values.reading === undefined) await measureSyncs();
  else process.stdout.write(`${await measureReading(values.reading, rounds, folder)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measureSyncs(): Promise<void> {
  const files = new Map<number, CollectionFiles>();
  for (const cases of sizes) {
    tell(`Inventing ${cases} cases.`);
    files.set(cases, await writeCollection(cases, folder));
  }
  const settings: Setting[] = [];
  let layers: Results['layers'] = null;
  for (const latencyMs of latencies) {
    for (const [cases, ofSize] of files) {
      settings.push(await measureSetting(ofSize, { cases, latencyMs, rounds, folder, tell }));
      layers ??= await measureLayers(ofSize.before, folder);
    }
  }
  const machine = `Node ${process.versions.node} on ${process.platform}, ${availableParallelism()} cores.`;
  const results: Results = { machine, settings, layers };
  if (values.write) await writeResults(results);
  process.stdout.write(`${renderResults(results)}\n`);
}
