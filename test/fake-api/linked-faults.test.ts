import { describe, expect, test } from '@jest/globals';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import {
  type Fault,
  type TextOddity,
  always,
  documentsOfAll,
  linkedList,
  once,
  textOf,
} from '../../fake-api/serve/faults.ts';
import type { FakeApiOptions } from '../../fake-api/serve/server.ts';
import { makeCase } from '../support/make-case.ts';
import { makeDocument } from '../support/make-document.ts';
import { ask, askRaw } from './ask.ts';
import { useFakeApi } from './use-fake-api.ts';

function useFourDocuments(options: Partial<FakeApiOptions> = {}) {
  const source = recordedCases([makeCase({ id: 1 }), makeCase({ id: 2 })]);
  for (const id of [11, 12, 13]) source.linked.putDocument(1, makeDocument({ id }), `Text of ${id}`);
  source.linked.putDocument(2, makeDocument({ id: 21 }), 'Text of 21');
  return useFakeApi({ source, ...options });
}

const BUSY: Fault = { kind: 'status', status: 503 };

describe('a rule for linked lists and texts', () => {
  test.each([
    ['every linked list', linkedList(), [503, 503, 503, 200, 404, 200]],
    ['one kind of list', linkedList('documents'), [503, 503, 200, 200, 404, 200]],
    ['one list of one case', linkedList('documents', 1), [503, 200, 200, 200, 404, 200]],
    ['every text', textOf(), [200, 200, 200, 503, 404, 200]],
    ['the text of another document', textOf(12), [200, 200, 200, 200, 404, 200]],
    ['the list of all documents', documentsOfAll, [200, 200, 200, 200, 503, 200]],
  ])('hits %s, and nothing else', async (_, match, statuses) => {
    const fakeApi = await useFourDocuments({ faults: always(BUSY, match) });
    const paths = [
      'cases/1/documents/',
      'cases/2/documents',
      'cases/1/dockets/',
      'documents/11/text/',
      'documents/',
      'cases/',
    ];
    const answers: number[] = [];
    for (const path of paths) answers.push((await ask(fakeApi, path)).status);
    expect(answers).toEqual(statuses);
  });

  test('can stall texts, or redirect them to another host, without any effect on the lists', async () => {
    const wait: Fault = { kind: 'status', status: 429, headers: { 'retry-after': '7200' } };
    const to = 'https://storage.example/11.txt';
    const fakeApi = await useFourDocuments({
      faults: [once(wait, textOf()), once({ kind: 'redirect', to }, textOf())],
    });
    const held = await ask(fakeApi, 'documents/11/text/');
    expect([held.status, held.headers['retry-after']]).toEqual([429, '7200']);
    const sent = await ask(fakeApi, 'documents/11/text/');
    expect([sent.status, sent.headers.location]).toEqual([302, to]);
    expect((await ask(fakeApi, 'cases/1/documents/')).status).toBe(200);
    expect((await ask(fakeApi, 'documents/11/text/')).json()).toEqual({ id: 11, text: 'Text of 11' });
  });
});

describe('a fault of a linked list', () => {
  async function listWith(fault: Fault, options: Partial<FakeApiOptions> = {}) {
    const fakeApi = await useFourDocuments({ ...options, faults: always(fault, linkedList('documents', 1)) });
    return (await ask(fakeApi, 'cases/1/documents/')).json();
  }

  test('bare-list is the results without their envelope', async () => {
    expect(await listWith({ kind: 'bare-list' })).toMatchObject([{ id: 13 }, { id: 12 }, { id: 11 }]);
  });

  test('of-case is the list of another case', async () => {
    expect(await listWith({ kind: 'of-case', caseId: 2 })).toMatchObject({ count: 1, results: [{ id: 21 }] });
  });

  test.each(['counted', 'bare'] as const)(
    'result-fields adds fields to each result of a %s list',
    async (envelope) => {
      const pages_read = { pages_read: 4 };
      const body = await listWith(
        { kind: 'result-fields', fields: pages_read },
        { linked: { all: { envelope } } },
      );
      const results = [
        { id: 13, ...pages_read },
        { id: 12, ...pages_read },
        { id: 11, ...pages_read },
      ];
      expect(body).toMatchObject(envelope === 'bare' ? results : { results });
    },
  );

  test('next can lead to another host, as for cases', async () => {
    const body = await listWith({ kind: 'next', to: 'foreign-host' });
    expect(body).toMatchObject({ next: expect.stringContaining('elsewhere.example') });
  });
});

describe('a fault of a text', () => {
  test.each<[TextOddity, unknown]>([
    ['wrong-id', { id: 12, text: 'Text of 11' }],
    ['no-id', { text: 'Text of 11' }],
    ['no-text', { id: 11 }],
    ['null', { id: 11, text: null }],
    ['number', { id: 11, text: 7 }],
    ['nul', { id: 11, text: 'Text \0of 11' }],
    ['half-surrogate', { id: 11, text: 'Text \ud83dof 11' }],
  ])('%s', async (oddity, body) => {
    const fakeApi = await useFourDocuments({ faults: always({ kind: 'text', with: oddity }, textOf()) });
    expect((await ask(fakeApi, 'documents/11/text/')).json()).toEqual(body);
    expect((await ask(fakeApi, 'documents/99/text/')).status).toBe(404);
  });

  test('huge-text has as many characters as requested', async () => {
    const fault: Fault = { kind: 'huge-text', characters: 3_000_001 };
    const fakeApi = await useFourDocuments({ faults: always(fault, textOf()) });
    const body = (await ask(fakeApi, 'documents/11/text/')).json() as { id: number; text: string };
    expect([body.id, body.text.length]).toEqual([11, 3_000_001]);
  });

  test('an HTML page or a notice can come with status 200', async () => {
    const fakeApi = await useFourDocuments({
      faults: [
        once({ kind: 'html' }, textOf()),
        once({ kind: 'json', body: { detail: 'Please log in.' } }, textOf()),
      ],
    });
    expect((await askRaw(fakeApi, 'documents/11/text/', (text) => text.includes('</html>'))).text).toContain(
      '<!DOCTYPE html>',
    );
    expect((await ask(fakeApi, 'documents/11/text/')).json()).toEqual({ detail: 'Please log in.' });
  });
});
