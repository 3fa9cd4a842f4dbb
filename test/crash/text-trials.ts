import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { always, textOf } from '../../fake-api/serve/faults.ts';
import { startFakeApi } from '../../fake-api/serve/server.ts';
import { makeCase } from '../support/make-case.ts';
import { makeDocument } from '../support/make-document.ts';
import { type DownloadWorld, completeWorld, runWell, toDatabase } from './download-trials.ts';
import { type RunWhole, toEnvironment } from './run-command.ts';

/*
 * Deaths during a fetch of document texts: new texts, changed texts, a text that several documents have, and every
 * other outcome.
 */

const FAILS = 19;

/** A mirror with some texts, and the API one day later, with changed texts and new texts. */
export async function prepareTextWorld(parent: string, runWhole: RunWhole): Promise<DownloadWorld> {
  const folder = join(parent, 'texts');
  const source = recordedCases([makeCase({ id: 1 })]);
  const { linked } = source;
  const put = (id: number, text: string | null): void => {
    linked.putDocument(1, makeDocument({ id }), text);
  };
  for (const id of [11, 12, 13, 14]) put(id, `Text of ${id}`);
  mkdirSync(folder);
  const fakeApi = await startFakeApi({
    source,
    faults: always({ kind: 'status', status: 400, body: { detail: 'No.' } }, textOf(FAILS)),
  });
  const env = toEnvironment(fakeApi, toDatabase(folder));
  await runWell(['sync'], env, runWhole);
  await runWell(['fetch-texts'], env, runWhole);
  const edit = (id: number, text: string): void => {
    linked.setText(id, text);
    linked.editDocument(id, (document) => ({ ...document, title: `Order ${id}, edited` }));
  };
  edit(11, 'Another text of 11');
  edit(12, 'Text of 13'); // so no document has its earlier text
  edit(14, ''); // its earlier text stays
  for (const [id, text] of [
    [15, 'Of two'],
    [16, 'Of two'],
    [17, ' '],
    [18, null],
    [FAILS, 'Never'],
  ] as const)
    put(id, text);
  await runWell(['sync'], env, runWhole);
  const parts = {
    folder,
    words: ['fetch-texts'],
    env,
    // One line for each document whose text was requested, and for each text that was replaced.
    rowsSql: `SELECT json_array(document_id, outcome, value, document_fingerprint, failures, error_code)
      FROM document_texts LEFT JOIN texts ON mirror_id = text_id
      UNION ALL SELECT json_array(document_id, 'replaced', hash, characters) FROM mirror_replaced_texts
      ORDER BY 1`,
    passes: 'text_passes',
    close: () => fakeApi.close(),
  } as const;
  return completeWorld(parts, parent);
}
