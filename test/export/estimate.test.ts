import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readManifest, startExport } from './export-harness.ts';

const UNITS: Readonly<Record<string, number>> = { bytes: 1, kB: 1e3, MB: 1e6, GB: 1e9 };

test.each(['csv', 'ndjson', 'parquet', 'xlsx'])(
  'an export as %s says before how much it will write, and is right within 30 %%',
  async (format) => {
    const { run, folder } = await startExport();
    const { exitCode, stderr } = await run(['export', 'out', '--format', format]);
    expect(exitCode).toBe(0);
    const [, number = '', unit = ''] = /^About ([\d.,]+) (\w+) will be written\.$/m.exec(stderr) ?? [];
    const said = Number(number.replaceAll(',', '')) * (UNITS[unit] ?? Number.NaN);
    const paths = new Set(readManifest(join(folder, 'out')).files.map(({ path }) => path));
    const written = [...paths].reduce((sum, path) => sum + statSync(join(folder, 'out', path)).size, 0);
    expect(said / written).toBeGreaterThan(0.7);
    expect(said / written).toBeLessThan(1.3);
  },
);
