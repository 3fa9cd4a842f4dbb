import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { deserialize, serialize } from 'node:v8';

/**
 * Makes something once for all test files of a run, in the worker that asks first, in a folder that Jest removes at
 * the end. All tests read it from there, so no test may change a file in it.
 */
export async function onceARun<Made>(name: string, make: (folder: string) => Promise<Made>): Promise<Made> {
  const parent = process.env.RUN_FOLDER ?? mkdtempSync(join(tmpdir(), 'clearinghouse-mirror-run-'));
  const folder = join(parent, name);
  const [made, failed] = [`${folder}.made`, `${folder}.failed`];
  if (isFirst(folder))
    try {
      writeFileSync(`${made}.partial`, serialize(await make(folder)));
      renameSync(`${made}.partial`, made);
    } catch (thrown) {
      writeFileSync(failed, String(thrown));
      throw thrown;
    }
  while (!existsSync(made)) {
    if (existsSync(failed))
      throw new Error(`Another worker could not make it: ${readFileSync(failed, 'utf8')}`);
    await delay(20);
  }
  return deserialize(readFileSync(made)) as Made;
}

function isFirst(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST') return false;
    throw thrown;
  }
}
