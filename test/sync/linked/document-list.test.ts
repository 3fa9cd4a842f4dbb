import { describe, expect, test } from '@jest/globals';
import { recordedCases } from '../../../fake-api/collection/recorded-cases.ts';
import type { FaultRule } from '../../../fake-api/serve/faults.ts';
import type { LinkedOptions } from '../../../fake-api/serve/options.ts';
import { runCli } from '../../support/command-line.ts';
import { makeCase } from '../../support/make-case.ts';
import { makeDocument } from '../../support/make-document.ts';
import { verifyFile } from '../../support/eventful-mirror.ts';
import { startLinkedHarness } from './linked-harness.ts';

const CASES = 12;
/** The case that never changes, and gets a document. */
const QUIET = 7;

/** A mirror of 12 cases with 10 documents each, of which every list was read, and the API's list of all documents in this form. */
async function start(allDocuments: LinkedOptions['allDocuments'], faults: FaultRule = () => undefined) {
  const source = recordedCases(Array.from({ length: CASES }, (_, at) => makeCase({ id: at + 1 })));
  for (let caseId = 1; caseId <= CASES; caseId++)
    for (let at = 0; at < 10; at++)
      source.linked.putDocument(caseId, makeDocument({ id: caseId * 100 + at }));
  const linked = { allDocuments };
  const harness = await startLinkedHarness({ source, linked, faults });
  await harness.sync();
  await harness.pass('500');
  await harness.nextNight();
  const since = (): string[] => {
    const urls = harness.fakeApi.requests.map(({ url }) => url.replace(/^.*v2p1\//, ''));
    return urls.slice(urls.findLastIndex((url) => url.startsWith('cases/?')) + 1);
  };
  return {
    ...harness,
    since,
    source,
    checks: () =>
      harness.rows(
        'SELECT answer, case_field, confirmed, contradicted, changed_cases, requests, error_code FROM mirror_document_list_checks',
      ),
    addDocument: () => {
      source.linked.putDocument(QUIET, makeDocument({ id: 9000, title: 'A new one' }));
    },
  };
}

const NOTHING = { case_field: null, confirmed: 0, contradicted: 0, changed_cases: 0, error_code: null };

describe('the list of all documents', () => {
  test('that is not offered is asked again after thirty days, and costs one request', async () => {
    const harness = await start('not-offered');
    expect(harness.checks()).toEqual([]); // The first pass knew too few documents.
    await harness.pass('500');
    expect(harness.since().filter((url) => url === 'documents/')).toHaveLength(1);
    await harness.nextNight();
    await harness.pass('500');
    expect(harness.checks()).toEqual([{ ...NOTHING, answer: 'not_offered', requests: 1 }]);
    const { stdout } = await runCli(['status'], { env: harness.env, runtime: harness.runtime });
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /list of all documents, at [-\d]+ [:\d]+( UTC)?: the API does not offer one/,
    );
    const env = { ...harness.env, CLEARINGHOUSE_LINKED_BUDGET: '500' };
    const doctor = await runCli(['doctor'], { env, runtime: harness.runtime });
    expect(doctor.stdout.replaceAll(/\s+/g, ' ')).toContain('list of all documents: not offered (asked ');
    for (let day = 0; day < 29; day++) await harness.runtime.sleep(86_400_000, new AbortController().signal);
    await harness.nextNight();
    await harness.pass('500');
    expect(harness.checks()).toHaveLength(2);
    expect(verifyFile(harness.database).findings).toEqual([]);
  });

  test('whose documents name no case is not used', async () => {
    const harness = await start('offered');
    harness.addDocument();
    await harness.pass('500');
    expect(harness.checks()).toEqual([{ ...NOTHING, answer: 'without_case', requests: 1 }]);
  });

  test('that names its cases lets changed lists be read first, and is stored only from these', async () => {
    const harness = await start('naming-their-case');
    harness.addDocument();
    await harness.pass('500');
    const confirmed = { ...NOTHING, answer: 'names_case', case_field: 'case_id' };
    expect(harness.checks()).toEqual([
      { ...confirmed, confirmed: expect.any(Number), changed_cases: 1, requests: 2 },
    ]);
    expect(harness.since().find((url) => !url.startsWith('documents/'))).toBe(`cases/${QUIET}/documents/`);
    expect(harness.rows('SELECT case_id FROM case_documents WHERE document_id = 9000')).toEqual([
      { case_id: QUIET },
    ]);
    await harness.nextNight();
    await harness.pass('500');
    // Its first page has nothing new.
    expect(harness.checks()[1]).toMatchObject({ answer: 'names_case', changed_cases: 0, requests: 1 });
  });

  test('that names other cases is noticed and not used', async () => {
    const harness = await start('naming-another-case');
    harness.addDocument();
    await harness.pass('500');
    expect(harness.checks()).toEqual([
      {
        ...NOTHING,
        answer: 'wrong_case',
        case_field: 'case_id',
        contradicted: expect.any(Number),
        requests: 1,
      },
    ]);
    expect(harness.since().find((url) => !url.startsWith('documents/'))).not.toBe(
      `cases/${QUIET}/documents/`,
    );
  });

  test('leaves its requests on record even if the pass has no list to read', async () => {
    const harness = await start('naming-their-case');
    await harness.pass('500');
    expect(await harness.pass('500')).toMatchObject({ outcome: 'complete', due: 0, sums: { requests: 1 } });
    expect(harness.rows('SELECT requests FROM linked_passes ORDER BY id DESC LIMIT 1')).toEqual([
      { requests: 1 },
    ]);
  });

  test('that fails costs the pass no list, and is asked again after a week', async () => {
    let isBroken = true;
    const harness = await start('not-offered', (request) =>
      isBroken && request.route.kind === 'documents'
        ? { kind: 'status', status: 400, body: { detail: 'No.' } }
        : undefined,
    );
    expect((await harness.pass('500')).sums.lists_failed).toBe(0);
    isBroken = false;
    for (let day = 0; day < 7; day++) {
      await harness.nextNight();
      await harness.pass('500');
    }
    expect(harness.checks()).toEqual([
      { ...NOTHING, answer: 'unclear', requests: 1, error_code: 'REQUEST_REJECTED' },
      { ...NOTHING, answer: 'not_offered', requests: 1 },
    ]);
  });
});
