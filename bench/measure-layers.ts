import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fingerprint, splitPayload } from '../src/case/fingerprint.ts';
import { toCaseRows } from '../src/case/case-rows.ts';
import { toWholePayload } from '../src/api/plain-entries.ts';
import { toPageRecord, NO_KNOWN_RECORDS } from '../src/api/page-records.ts';
import { listDrift } from '../src/api/schema-drift.ts';
import { splitPage } from '../src/api/split-page.ts';
import { openMirror } from '../src/db/open-mirror.ts';
import type { PageCase } from '../src/db/write-page.ts';
import { beginRecord } from '../src/sync/recorder.ts';
import { ListTally } from '../src/sync/list-sync.ts';
import { UNCLASSIFIED } from '../src/api/lists.ts';
import type { Layers } from './contenders.ts';

const PAGE = 25;
const NO_TRAFFIC = { requests: 0, retries: 0, waitedMs: 0, bytes: 0 };
const NOW = () => new Date();

/**
 * Measures each layer of a sync in CPU milliseconds for 1,000 cases: the project's own functions on the same pages,
 * one layer after another in one process. The figures show which layer got slower.
 */
export async function measureLayers(
  path: string,
  folder: string,
): Promise<{ cases: number; cpuMsPer1000: Layers }> {
  const spent = new Map<string, number>();
  const add = (layer: string, before: NodeJS.CpuUsage): void => {
    const { user, system } = process.cpuUsage(before);
    spent.set(layer, (spent.get(layer) ?? 0) + (user + system) / 1000);
  };
  const time = <Result>(layer: string, action: () => Result): Result => {
    const before = process.cpuUsage();
    const result = action();
    add(layer, before);
    return result;
  };
  const mirror = openMirror(join(folder, 'layers.db'));
  const begin = () =>
    beginRecord(
      mirror,
      { startedAt: NOW(), trigger: 'sync', version: 'bench', apiUrl: '', processId: 0 },
      NOW,
      { startsAt: Infinity }, // A second thread would do its work during the other layers.
    );
  const [first, second] = [begin(), begin()];
  for (const record of [first, second]) record.beginList(UNCLASSIFIED);
  const figures = new ListTally(NO_TRAFFIC).toRow(NO_TRAFFIC);
  const write = (record: typeof first, cases: readonly PageCase[]): void => {
    record.writePage(UNCLASSIFIED, { cases, rejected: [], drift: [], doubles: [] }, figures);
  };
  let count = 0;
  for await (const body of readPages(path)) {
    const records = time('take the page apart', () => toRecords(body));
    time('know the cases by their bytes', () =>
      records.map((one) => toPageRecord(one, true, { has: () => true, hashOf: () => undefined })),
    );
    const contents = time('read the records', () =>
      records.flatMap((one) => toPageRecord(one, true, NO_KNOWN_RECORDS).read?.() ?? []),
    );
    time('compare with the expected fields', () => {
      for (const { payload } of contents) listDrift(payload);
    });
    const splits = contents.map((content) => ({ ...content, split: splitPayload(content.payload) }));
    const printed = time('fingerprint', () =>
      splits.map((one) => ({ ...one, hash: fingerprint(one.split, one.plain) })),
    );
    const cases = time('make rows', () =>
      printed.map(({ payload, split, plain, hash }): PageCase => {
        const rows = toCaseRows(payload, split, hash, plain);
        return { verdict: 'new', id: payload.id, listId: UNCLASSIFIED.id, rawHash: hash, rows };
      }),
    );
    time('write new cases', () => {
      write(first, cases);
    });
    const changed = printed.map((content): PageCase => {
      const payload = { ...toWholePayload(content), name: 'Another' };
      const hash = `x${content.hash}`;
      const rows = toCaseRows(payload, splitPayload(payload), hash);
      return { verdict: 'changed', id: payload.id, listId: UNCLASSIFIED.id, rawHash: hash, rows };
    });
    time('write changed cases, with their history', () => {
      write(second, changed);
    });
    count += contents.length;
  }
  const before = process.cpuUsage();
  await second.endRun({ outcome: 'complete', error: null });
  add('build the indexes', before);
  mirror.close();
  const cpuMsPer1000 = Object.fromEntries([...spent].map(([layer, ms]) => [layer, (ms / count) * 1000]));
  return { cases: count, cpuMsPer1000 };
}

/** Splits the cases of a file into pages. */
async function* readPages(path: string): AsyncGenerator<Buffer> {
  let lines: string[] = [];
  const toPage = (): Buffer =>
    Buffer.from(`{"count":0,"next":null,"previous":null,"results":[${lines.join(',')}]}`);
  for await (const line of createInterface({ input: createReadStream(path) })) {
    lines.push(line);
    if (lines.length < PAGE) continue;
    yield toPage();
    lines = [];
  }
  if (lines.length > 0) yield toPage();
}

function toRecords(body: Buffer) {
  const page = splitPage(body);
  return typeof page === 'object' ? page.results : [];
}
