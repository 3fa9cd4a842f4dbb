import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { startFakeFiles } from '../../fake-api/serve/files.ts';
import { startFakeApi } from '../../fake-api/serve/server.ts';
import { makeCase } from '../support/make-case.ts';
import { makeDocument } from '../support/make-document.ts';
import { type DownloadWorld, completeWorld, runWell, toDatabase } from './download-trials.ts';
import { type RunWhole, toEnvironment } from './run-command.ts';

/*
 * Deaths during a fetch of document files: new files, changed files, a file that several documents have, a host that
 * requests a pause, and every other outcome.
 */

const FETCH = ['fetch-files', '--core'];
const FAILS = 18;

/** A mirror with some files, and the API one day later, with changed files and new files. */
export async function prepareFileWorld(parent: string, runWhole: RunWhole): Promise<DownloadWorld> {
  const folder = join(parent, 'files');
  mkdirSync(folder);
  const host = await startFakeFiles({
    fault: ({ path }) => (path.includes(`/${FAILS}.pdf`) ? 'html' : undefined),
  });
  const busy = await startFakeFiles({ fault: () => 'limited' });
  const source = recordedCases([makeCase({ id: 1 })]);
  const fakeApi = await startFakeApi({ source });
  const env = {
    ...toEnvironment(fakeApi, toDatabase(folder)),
    CLEARINGHOUSE_FILE_HOSTS: [host, busy].map(({ url }) => new URL(url).host).join(';'),
  };
  const put = (id: number, path = `media/doc/${id}.pdf`, { url } = host): void => {
    source.linked.putDocument(1, makeDocument({ id, file: `${url}${path}` }), null);
  };
  for (const id of [11, 12, 13]) put(id);
  await runWell(['sync'], env, runWhole);
  await runWell(FETCH, env, runWhole);
  const edit = (id: number, path: string): void => {
    source.linked.editDocument(id, (document) => ({ ...document, file: `${host.url}${path}` }));
  };
  edit(11, 'media/doc/91.pdf'); // so no document has its earlier file
  edit(12, 'media/doc/13.pdf');
  for (const id of [14, FAILS]) put(id);
  put(15, 'media/doc/14.pdf');
  put(16, 'media/elsewhere/16.pdf');
  source.linked.putDocument(1, makeDocument({ id: 17 }), null); // on another host
  for (const id of [19, 20]) put(id, `media/doc/${id}.pdf`, busy);
  await runWell(['sync'], env, runWhole);
  const parts = {
    folder,
    words: FETCH,
    env,
    // The request that the pause answered is on record only if the pass went on.
    rowsSql: `SELECT json_array(document_id, outcome, hash, bytes, url, document_fingerprint, failures, error_code)
      FROM document_files WHERE error_code IS NOT 'RETRY_AFTER_TOO_LONG'
      UNION ALL SELECT json_array(host, 'paused') FROM mirror_paused_hosts ORDER BY 1`,
    passes: 'file_passes',
    countBusyRequests: () => busy.requests.length,
    close: async () => {
      await host.close();
      await busy.close();
      await fakeApi.close();
    },
  } as const;
  return completeWorld(parts, parent);
}
