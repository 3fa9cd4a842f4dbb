import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { type CaseCollection, inventCollection } from '../fake-api/collection/collection.ts';

export const OURS = new URL('../bin/clearinghouse-mirror.js', import.meta.url);

/**
 * Two states of one collection, as files with one case per line. If cases were invented during the measurement, it
 * would include that time.
 */
export interface CollectionFiles {
  readonly before: string;
  /** The state after a day on which 1 % of the cases changed. */
  readonly after: string;
  readonly jsonBytes: number;
}

export async function writeCollection(cases: number, folder: string): Promise<CollectionFiles> {
  const [before, after] = [`${folder}/${cases}-before.ndjson`, `${folder}/${cases}-after.ndjson`];
  const source = inventCollection({ size: cases });
  await writeCases(source, before);
  source.advance({ changed: 0.01 });
  await writeCases(source, after);
  return { before, after, jsonBytes: statSync(before).size };
}

async function writeCases(source: CaseCollection, path: string): Promise<void> {
  const file = createWriteStream(path);
  for (const slot of source.find()) {
    if (!file.write(Buffer.concat([...slot.read(), Buffer.from('\n')]))) await once(file, 'drain');
  }
  file.end();
  await finished(file);
}

export interface Server {
  readonly apiUrl: string;
  readonly token: string;
  readonly stop: () => Promise<void>;
}

/** Serves a file in a separate process, so that its cost is not measured. */
export async function serveFile(path: string, latencyMs: number): Promise<Server> {
  const args = ['fake-api', '--records', path, '--no-gzip', '--json', '--latency', String(latencyMs)];
  const child = spawn(process.execPath, [fileURLToPath(OURS), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const { api_url: apiUrl, token } = JSON.parse(line) as { api_url: string; token: string };
  return {
    apiUrl,
    token,
    stop: async () => {
      const ended = once(child, 'close');
      child.kill();
      await ended;
    },
  };
}
